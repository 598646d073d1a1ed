"""Settings: read from the environment, validated, and all documented."""

from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.core.decisions import UNDO_WINDOW
from chalicelib.settings import BadSettingError, Settings, checked_secret, from_environment, reference

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({}) == Settings()


def test_settings_come_from_the_environment() -> None:
    settings = from_environment({"AFTERWORD_TABLE": "mine", "AFTERWORD_EDIT_MINUTES": "5", "OTHER": "x"})

    assert (settings.table, settings.edit_minutes) == ("mine", 5)


@pytest.mark.parametrize("text", ["-1", "0", "five", "1.5", "\u0663", "1_0"])
def test_an_invalid_number_is_refused_with_the_name_of_the_setting(text: str) -> None:
    with pytest.raises(BadSettingError, match="AFTERWORD_LIMIT_MINUTE"):
        from_environment({"AFTERWORD_LIMIT_MINUTE": text})


def test_proof_of_work_is_off_by_default_and_takes_up_to_22_bits() -> None:
    assert [from_environment({"AFTERWORD_WORK": text}).work for text in ("", "0", "22")] == [0, 0, 22]
    for text in ("23", "-1", "many"):
        with pytest.raises(BadSettingError, match="AFTERWORD_WORK must be a whole number from 0 to 22"):
            from_environment({"AFTERWORD_WORK": text})


def test_rejected_comments_are_kept_for_ever_or_at_least_while_decisions_can_be_undone() -> None:
    retention = {
        text: from_environment({"AFTERWORD_KEEP_REJECTED_DAYS": text}).keep_rejected for text in ("0", "30", "")
    }

    assert retention == {"0": None, "30": timedelta(days=30), "": timedelta(days=90)}
    assert retention["30"] == UNDO_WINDOW
    for text in ("1", "29", "-1", "for ever"):
        with pytest.raises(BadSettingError, match="AFTERWORD_KEEP_REJECTED_DAYS must be a whole number 0 or from 30"):
            from_environment({"AFTERWORD_KEEP_REJECTED_DAYS": text})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadSettingError, match="AFTERWORD_SECRET"):
        checked_secret("short")


def test_the_reference_page_lists_every_setting() -> None:
    assert reference() in DOCS.read_text(encoding="utf-8")
