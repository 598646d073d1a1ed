"""What an owner says to the deploying program is looked at before anything is done."""

import pytest

from ops.__main__ import main, parser

UP = ["up", "--stage", "dev"]


def test_what_is_not_said_stays_as_it_is() -> None:
    chosen = parser().parse_args(UP)

    assert (chosen.site, chosen.email, chosen.budget, chosen.url, chosen.new) == ("", "", "", "", False)


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--site", "blog.example", "must be an address such as https://blog.example"),
        ("--site", "https://", "must be an address"),
        ("--site", "http//blog", "must be an address"),
        ("--site", "ftp://blog.example", "must be an address"),
        ("--site", "https://blog.example/?x=1", "must be an address"),
        ("--url", "comments", "must be an address"),
        ("--email", "notamail", "must be a mail address"),
        ("--budget", "five", "must be a whole number of dollars"),
        ("--budget", "0", "must be a whole number of dollars"),
    ],
)
def test_what_can_not_be_is_refused_by_name(
    option: str, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*UP, option, text])

    said = capsys.readouterr().err
    assert option in said
    assert words in said


def test_a_slash_at_the_end_of_an_address_is_cut() -> None:
    assert parser().parse_args([*UP, "--site", "https://blog.example/"]).site == "https://blog.example"


def test_an_unknown_stage_is_told_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["deploy", "up", "--stage", "nowhere"])

    assert main() == 2
    assert "no stage 'nowhere'" in capsys.readouterr().err


def test_without_credentials_it_is_said_how_to_give_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("chalicelib.store.engine.clients._session", fresh_session)
    monkeypatch.setattr("sys.argv", ["deploy", "up", "--stage", "dev"])

    assert main() == 2
    assert "export AWS_ACCESS_KEY_ID=" in capsys.readouterr().err


def fresh_session() -> object:
    from botocore.session import Session  # noqa: PLC0415

    return Session()
