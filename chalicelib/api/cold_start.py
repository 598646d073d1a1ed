"""Cold starts: load what readers need at once, and everything else on its first request."""

from contextlib import suppress

from .. import runtime as runtimes
from ..core.public import PublicComment
from ..settings import BadSettingError, on_lambda
from . import assets
from .app import App
from .public import comments, meta
from .public.schemas import CommentPage

LOADED_AT_START = (comments.router, assets.router, meta.router)


def warm_up(app: App) -> None:
    """Prepare for the first request.  Outside Lambda, register all routers, so that Chalice deploys every route.

    Invalid settings do not fail here: the requests that need them report them.
    """
    if not on_lambda():
        from .http.gateway_responses import install  # noqa: PLC0415  only deployments need it

        install()
        app.register_all()
        return
    for model in (comments.ListQuery, CommentPage, PublicComment):
        model.model_rebuild()
    with suppress(BadSettingError):
        runtimes.current().get_ready()
