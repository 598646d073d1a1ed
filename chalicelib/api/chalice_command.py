"""What Chalice's command line lacks, added when it loads the application to deploy it.

Roles belong to an account, not to a region.  Chalice names them without one: a second deployment in another region
would share the roles of the first, and its removal would leave the first without any.

`install` has no effect locally and is not loaded in Lambda.
"""

import sys
from pathlib import Path
from typing import Any

from ..store.engine.clients import chosen_region

LOCAL = Path(".chalice/local.json")
DEPLOY = "deploy"
NOT_ALONE = (
    "Stage {stage} has settings in {path}, which `chalice deploy` does not read: it would remove them, and a custom "
    "domain. Use `make deploy STAGE={stage}`."
)


def role_name(app: str, stage: str, function: str, region: str) -> str:
    """The name of the role of a function in a region."""
    return f"{app}-{stage}-{function}-{region}"


def install() -> None:
    """Give each region its own roles.  Only Chalice's command line loads the module to patch."""
    builder: Any = getattr(sys.modules.get("chalice.deploy.appgraph"), "ApplicationGraphBuilder", None)
    if builder is None or hasattr(builder, "plain_role"):
        return

    def create_role_reference(self: Any, config: Any, stage_name: str, function_name: str) -> Any:  # noqa: ANN401  Chalice's types
        _refuse_to_lose_settings(Path(config.project_dir), stage_name)
        role = self.plain_role(config, stage_name, function_name)
        here = chosen_region(config.profile)
        if here and hasattr(role, "role_name"):
            role.role_name = role_name(config.app_name, stage_name, function_name, here)
        return role

    builder.plain_role = builder._create_role_reference  # noqa: SLF001  Chalice has no setting for it
    builder._create_role_reference = create_role_reference  # noqa: SLF001  likewise


def _refuse_to_lose_settings(project: Path, stage: str) -> None:
    """Stop a deployment with Chalice alone from a folder that has settings which only ``make deploy`` reads."""
    path = project / LOCAL
    if DEPLOY in sys.argv and path.is_file() and f'"{stage}"' in path.read_text(encoding="utf-8"):
        sys.exit(NOT_ALONE.format(stage=stage, path=LOCAL))
