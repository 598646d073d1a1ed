"""The policy: a document of settings that the rules' models validate when it is changed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.core.screening.document import PolicyRules, changed, differences, document, rules_of, rules_schema
from chalicelib.core.screening.policy import Policy
from chalicelib.core.screening.rules import SECTIONS
from chalicelib.core.screening.rules.author import NewAuthorSettings

SETTINGS = {section: found["properties"] for section, found in rules_schema()["properties"].items()}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema["type"] == "array":
        return st.lists(st.text(min_size=1, max_size=schema["items"]["maxLength"]), max_size=3)
    return st.booleans() if schema["type"] == "boolean" else st.integers(schema["minimum"], schema["maximum"])


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        section: st.fixed_dictionaries({}, optional={name: values(schema) for name, schema in settings.items()})
        for section, settings in SETTINGS.items()
    },
)


def test_the_default_holds_every_comment_and_suspicious_ones() -> None:
    active = {section for section, settings in document(Policy()).items() if settings["active"]}

    assert active == {"every_comment", "honeypot", "form", "reserved_names"}


@given(CHANGES, CHANGES)
def test_a_change_keeps_what_it_does_not_name(first: dict[str, Any], second: dict[str, Any]) -> None:
    policy = changed(changed(Policy(), first), second)

    for section, settings in document(policy).items():
        for name, value in settings.items():
            default = document(Policy())[section][name]
            wanted = second.get(section, {}).get(name, first.get(section, {}).get(name, default))
            assert value == wanted
    assert policy.version == 2


@given(CHANGES, CHANGES)
def test_the_differences_take_a_change_back(first: dict[str, Any], second: dict[str, Any]) -> None:
    before = changed(Policy(), first)
    after = changed(before, second)

    assert document(changed(after, differences(before, after))) == document(before)
    assert document(changed(before, differences(after, before))) == document(after)


@given(CHANGES)
def test_what_is_valid_in_the_schema_is_valid_and_comes_back_as_it_was(changes: dict[str, Any]) -> None:
    parsed = PolicyRules.model_validate(changes)

    assert parsed.model_dump(exclude_unset=True) == changes
    assert rules_of(changed(Policy(), changes)).model_dump() == document(changed(Policy(), changes))


@pytest.mark.parametrize(
    ("rules", "where"),
    [
        ({"phase_of_the_moon": {}}, ("phase_of_the_moon",)),
        ({"new_author": {"colour": "red"}}, ("new_author", "colour")),
        ({"new_author": {"approvals": 0}}, ("new_author", "approvals")),
        ({"new_author": {"approvals": "2"}}, ("new_author", "approvals")),
        ({"new_author": {"active": 1}}, ("new_author", "active")),
        ({"every_comment": None}, ("every_comment",)),
    ],
    ids=["unknown rule", "unknown setting", "out of bounds", "a string", "no boolean", "null"],
)
def test_what_is_wrong_is_named(rules: Any, where: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as invalid:
        PolicyRules.model_validate(rules)

    assert [error["loc"] for error in invalid.value.errors()] == [where]


def test_a_stored_policy_of_another_version_is_read_with_defaults_for_what_it_lacks() -> None:
    stored = Policy(7, {"new_author": {"active": True, "gone": 3}, "no_such_rule": {"active": True}})

    assert stored.settings(NewAuthorSettings) == NewAuthorSettings(active=True, approvals=1)
    assert document(stored).keys() == SECTIONS.keys()


def test_a_change_keeps_what_only_another_version_knows() -> None:
    stored = Policy(7, {"links": {"active": True, "gone": 3}, "no_such_rule": {"active": True}})

    rules = changed(stored, {"links": {"allowed": 0}}).rules

    assert rules["no_such_rule"] == {"active": True}
    assert rules["links"] == {"active": True, "allowed": 0, "gone": 3}


def test_every_setting_has_a_title_and_bounds_so_that_a_form_can_be_made_from_the_schema() -> None:
    schema = rules_schema()

    assert "$ref" not in str(schema)
    for section, found in schema["properties"].items():
        assert found["title"] != SECTIONS[section].__name__
        assert found["description"]
        for name, setting in found["properties"].items():
            assert setting["title"], (section, name)
            assert setting["type"] == "boolean" or {"minimum", "maximum"} <= setting.keys() or "maxItems" in setting
