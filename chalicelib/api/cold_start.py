"""Cold starts: load what readers need at once, and everything else on its first request."""

from contextlib import suppress

from .. import runtime as runtimes
from ..core.public import PublicComment
from ..settings import BadSettingError, on_lambda
from . import assets
from .public import comments, meta
from .public.schemas import CommentPage

LOADED_AT_START = (comments.router, assets.router, meta.router)


def warm_up() -> None:
    """On Lambda, prepare for the first request.

    Invalid settings do not fail here: the requests that need them report them.
    """
    if not on_lambda():
        return
    for model in (comments.ListQuery, CommentPage, PublicComment):
        model.model_rebuild()
    with suppress(BadSettingError):
        runtimes.current().get_ready()
