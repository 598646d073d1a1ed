"""The rules of screening.

To add one, write it in a file of this folder (``links.py`` is a good example), add it to ``RULES`` here, and test it
in ``tests/core/screening``.  Its settings appear in the API and in the console by themselves, in this order, and its
words in English until ``web/console/words`` translates them.
"""

from collections.abc import Sequence

from ..policy import Settings
from ..rule import Rule
from .author import edited_by_moderator, every_comment, new_author
from .form import form_not_opened, honeypot, missing_proof_of_work, no_proof_of_work, too_fast
from .links import links
from .name import name_of_moderator, reserved_name, title_as_name
from .network import network_rejected
from .post import closed_post, first_comment, hidden_parent, old_post

RULES: Sequence[Rule] = (
    closed_post,
    hidden_parent,
    missing_proof_of_work,
    every_comment,
    new_author,
    old_post,
    first_comment,
    links,
    network_rejected,
    title_as_name,
    name_of_moderator,
    reserved_name,
    honeypot,
    edited_by_moderator,
    no_proof_of_work,
    form_not_opened,
    too_fast,
)

SECTIONS: dict[str, type[Settings]] = {rule.settings.section: rule.settings for rule in RULES if rule.settings}
