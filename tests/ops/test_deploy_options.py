"""The options of ``deploy`` are checked before anything is done."""

import pytest

from chalicelib.cli.main import main, parser

DEPLOY = ["deploy"]


def test_options_that_are_not_given_are_empty() -> None:
    options = parser().parse_args(DEPLOY)

    assert (options.site, options.email, options.budget, options.url) == ("", "", "", "")


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--site", "blog.example", "must be a URL such as https://blog.example"),
        ("--site", "https://", "must be a URL"),
        ("--site", "http//blog", "must be a URL"),
        ("--site", "ftp://blog.example", "must be a URL"),
        ("--site", "https://blog.example/?x=1", "must be a URL"),
        ("--url", "comments", "must be a URL"),
        ("--email", "notamail", "must be an email address"),
        ("--budget", "five", "must be a whole number of dollars"),
        ("--budget", "0", "must be a whole number of dollars"),
    ],
)
def test_an_invalid_option_is_refused_by_name(
    option: str, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*DEPLOY, option, text])

    error = capsys.readouterr().err
    assert option in error
    assert message in error


def test_a_trailing_slash_of_a_url_is_removed() -> None:
    assert parser().parse_args([*DEPLOY, "--site", "https://blog.example/"]).site == "https://blog.example"


def test_an_unknown_stage_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["deploy", "--stage", "nowhere"]) == 2
    assert "no stage 'nowhere'" in capsys.readouterr().err


def test_without_credentials_the_message_says_how_to_set_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("chalicelib.store.engine.clients._session", fresh_session)

    assert main([*DEPLOY, "--stage", "dev"]) == 2
    assert "export AWS_ACCESS_KEY_ID=" in capsys.readouterr().err


def fresh_session() -> object:
    from botocore.session import Session  # noqa: PLC0415

    return Session()
