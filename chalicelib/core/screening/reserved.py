"""Names that only the site's own people may use: titles in the languages of the widget.

They are compared by their skeletons.  Short titles must be a word of their own; long ones, and those of scripts without
spaces, also count as a part of a word, as in ``Administratorin``.  Titles that are also usual names, such as Arabic
``مالك`` (Malik), are left out.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

from ..text.lookalikes import skeleton, skeletons

TITLES: dict[str, str] = {  # language → titles
    "en": "admin administrator sysadmin moderator mod mods owner staff webmaster",
    "ar": "مشرف المشرف مشرفة مدير المدير الإدارة مسؤول المسؤول المالك",
    "de": "moderatorin inhaber inhaberin betreiber betreiberin redaktion seitenbetreiber",
    "es": "administrador administradora moderador moderadora propietario propietaria dueño dueña",
    "fr": "administrateur administratrice modérateur modératrice propriétaire webmestre",
    "it": "amministratore amministratrice moderatore moderatrice proprietario proprietaria gestore",
    "ja": "管理者 管理人 運営者 運営 モデレーター オーナー",
    "nl": "beheerder beheerster eigenaar eigenares",
    "pl": "administratorka moderatorka właściciel właścicielka wlasciciel wlascicielka",
    "pt": "proprietário proprietária dono",
    "ru": "админ администратор модератор модер владелец владелица",
    "zh": "管理员 管理員 版主 站长 站長 博主",
}
LONG = 7  # letters: nobody has a name with such a word in it by chance
FIRST_WITHOUT_SPACES = "\u2e80"  # scripts of East Asia begin here


def looks_like_title(name: str) -> str:
    """The title that a name looks like or contains; empty if there is none."""
    return _contained(name, _titles())


def looks_like_reserved(name: str, names: Iterable[str]) -> str:
    """The one of these names that a name looks like or contains; empty if there is none."""
    return _contained(name, _skeletons(tuple(names)))


def looks_like_person(name: str, people: Iterable[str]) -> str:
    """The one of these people's names that a name looks like, whatever is added to a long one; empty if none.

    A short name may be part of another person's.
    """
    whole = skeleton(name)
    return next((each for each, wanted in _skeletons(tuple(people)) if _is_in(wanted, whole)), "")


def _contained(name: str, reserved: Iterable[tuple[str, str]]) -> str:
    words = skeletons(name)
    whole = "".join(words)
    return next((each for each, wanted in reserved if wanted in words or _is_in(wanted, whole)), "")


def _is_in(wanted: str, whole: str) -> bool:
    if wanted == whole:
        return True
    return (len(wanted) >= LONG or wanted >= FIRST_WITHOUT_SPACES) and wanted in whole


@lru_cache(maxsize=8)
def _skeletons(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, wanted) for name in names if (wanted := skeleton(name)))


@cache
def _titles() -> tuple[tuple[str, str], ...]:
    return _skeletons(tuple(title for titles in TITLES.values() for title in titles.split()))
