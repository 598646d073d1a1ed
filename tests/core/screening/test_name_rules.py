"""Nobody passes for the site's own people: titles, moderators' names and reserved names are held, however written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.screening.reserved import TITLES
from chalicelib.core.text.lookalikes import LOOKALIKES, skeleton
from tests.core.screening.support import CONTEXT, found, policy
from tests.support.attack_corpora import load

TITLE = [title for titles in TITLES.values() for title in titles.split()]


def named(name: str, *moderators: str, reserved: tuple[str, ...] = ()) -> list[str]:
    rules = policy(reserved_names={"names": list(reserved)})
    return list(found(replace(CONTEXT, name=name, moderator_names=moderators, policy=rules)))


@pytest.mark.parametrize("title", TITLE)
def test_every_title_is_held_in_either_case_and_beside_other_words(title: str) -> None:
    for name in (title, title.upper(), title.title(), f"The {title}!", f"★{title}★", f"{title} 2"):
        assert named(name) == ["title_as_name"], name


@given(st.sampled_from(TITLES["en"].split()), st.data())
def test_no_letter_that_looks_like_another_hides_a_title(title: str, data: st.DataObject) -> None:
    letters = [data.draw(st.sampled_from((letter, *LOOKALIKES[letter]))) for letter in title]
    invisible = data.draw(st.sampled_from(("", "\u200b", "\u00ad", "\u2060", "\u2800", " ")))

    assert named(invisible.join(letters)) == ["title_as_name"]


@pytest.mark.parametrize(
    "name",
    [
        "Adm1n",
        "Adm!n",
        "Adm|n",
        "@dmin",
        "ADMlN",
        "rnoderator",
        "A.d.m.i.n",
        "Administratorin",
        "SiteAdministrator",
        "サイト管理者",
        "Ádmín",
    ],
)
def test_a_title_written_in_other_ways_is_held(name: str) -> None:
    assert named(name) == ["title_as_name"]


@pytest.mark.parametrize(
    "name",
    ["", "Ann", "Modesta", "Adminah", "مالك", "Dona Maria", "Stafford", "Ρένα", "Иван", "李", "\U0001f642", "1984"],
)
def test_usual_names_are_not_held(name: str) -> None:
    assert named(name, "Ada", reserved=("Ceo",)) == []


@pytest.mark.parametrize("name", ["Demo moderator", "Dеmo mоderator"])
def test_the_owners_name_and_its_lookalike_are_held_with_both_reasons(name: str) -> None:
    assert named(name, "Demo moderator") == ["title_as_name", "name_of_moderator"]


@pytest.mark.parametrize(
    ("name", "moderator", "held"),
    [
        ("Ada", "Ada", True),
        ("\u0410d\u0430 1", "Ada", True),  # two of its letters are Cyrillic
        ("Ada Byron", "Ada", False),
        ("Anna Schmidt (real)", "Anna Schmidt", True),
        ("Anna", "Anna Schmidt", False),
        ("Kирилл", "Кирилл", True),
        ("Ann", "\U0001f642", False),
    ],
)
def test_a_name_is_held_if_it_looks_like_a_moderators(name: str, moderator: str, held: bool) -> None:
    assert named(name, moderator) == (["name_of_moderator"] if held else [])


@pytest.mark.parametrize("name", ["Acme", "The ACME", "Аcme", "Acme Ltd"])
def test_the_owner_can_reserve_more_names(name: str) -> None:
    assert named(name, reserved=("Acme",)) == ["reserved_name"]
    assert found(replace(CONTEXT, name=name, policy=policy(reserved_names={"active": False, "names": ["Acme"]}))) == {}


def test_every_impersonation_of_the_corpus_has_the_skeleton_of_the_real_name() -> None:
    rows = [row for row in load("unicode_cases.json") if row["name"] == "impersonation"]

    assert len(rows) == 10
    for row in rows:
        assert skeleton(row["text"]) == skeleton(row["real"])
        assert named(row["text"], row["real"]), row


@given(st.text(max_size=80))
def test_a_skeleton_is_its_own_skeleton(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
