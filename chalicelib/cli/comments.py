"""``comment render``: render all texts again with this version's renderer."""

import argparse

from ..core.comments import Comment, Status
from ..core.errors import ChangedMeanwhile, Invalid
from ..core.text.markdown import RENDERER
from ..runtime import Runtime
from ..service.comments.submit import rendered


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    comment = commands.add_parser("comment", help="render comments again after an update").add_subparsers(
        metavar="COMMAND", required=True
    )
    render = comment.add_parser("render", help="render again the texts that an older version rendered")
    render.add_argument("--all", action="store_true", help="include texts that this version rendered")
    render.set_defaults(run=_render)


def _render(runtime: Runtime, options: argparse.Namespace) -> int:
    done = failed = 0
    for comment in runtime.comments.all():
        if comment.status is Status.DELETED or (comment.renderer == RENDERER and not options.all):
            continue
        if _rerender(runtime, comment):
            done += 1
        else:
            failed += 1
    print(f"{done} rendered, {failed} not rendered")
    return 1 if failed else 0


def _rerender(runtime: Runtime, comment: Comment) -> bool:
    """Render one text; true if that succeeded.

    If the comment changes meanwhile, it is tried once more; HTML that becomes too long is not stored.
    """
    for _ in range(2):
        try:
            runtime.comments.rerender(comment, rendered(comment.text), RENDERER)
        except ChangedMeanwhile:
            comment = runtime.comments.get(comment.id)
        except Invalid as refusal:
            print(f"{comment.id}: {refusal.errors}")
            return False
        else:
            return True
    print(f"{comment.id}: not rendered, because it was changed at the same time")
    return False
