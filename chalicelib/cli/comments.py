"""``comment render``: every text anew, by the renderer of this version."""

import argparse

from ..core.comments import Comment, Status
from ..core.errors import ChangedMeanwhile, Invalid
from ..core.text.markdown import RENDERER
from ..runtime import Runtime
from ..service.comments.submit import rendered


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("comment", help="all comments").add_subparsers(metavar="COMMAND", required=True)
    render = commands.add_parser("render", help="render the texts anew that an older version rendered")
    render.add_argument("--all", action="store_true", help="those of this version too")
    render.set_defaults(run=_render)


def _render(runtime: Runtime, chosen: argparse.Namespace) -> int:
    done = failed = 0
    for comment in runtime.comments.all():
        if comment.status is Status.DELETED or (comment.renderer == RENDERER and not chosen.all):
            continue
        if _rendered_anew(runtime, comment):
            done += 1
        else:
            failed += 1
    print(f"{done} rendered, {failed} left as they were")
    return 1 if failed else 0


def _rendered_anew(runtime: Runtime, comment: Comment) -> bool:
    """A text that changes at this moment is tried once more; one that became too long stays as it is."""
    for _ in range(2):
        try:
            runtime.comments.render_anew(comment, rendered(comment.text), RENDERER)
        except ChangedMeanwhile:
            comment = runtime.comments.get(comment.id)
        except Invalid as refusal:
            print(f"{comment.id}: {refusal.errors}")
            return False
        else:
            return True
    print(f"{comment.id}: was changed meanwhile")
    return False
