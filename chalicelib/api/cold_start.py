"""A start: what the first reader needs is loaded at once, the rest in a Lambda when somebody asks for it."""

from contextlib import suppress

from .. import runtime as runtimes
from ..core.public import PublicComment
from ..settings import BadSettingError, on_lambda
from . import assets
from .app import Service
from .public import comments, meta
from .public.schemas import CommentPage

FIRST = (comments.topic, assets.topic, meta.topic)


def get_ready(app: Service) -> None:
    """Do what the first request would wait for; anywhere but in a Lambda, load everything there is, to be deployed.

    A setting that the service can't run with is named by the requests that need it.
    """
    if not on_lambda():
        from .http.gateway_responses import install  # noqa: PLC0415  a start has no use for it

        install()
        app.carry_the_rest()
        return
    for model in (comments.ListQuery, CommentPage, PublicComment):
        model.model_rebuild()
    with suppress(BadSettingError):
        runtimes.current().get_ready()
