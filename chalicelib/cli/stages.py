"""``stage add``: add a stage for another site."""

import argparse
import json
import re

from ops.policies import policy_files
from ops.stages import CONFIG, ROOT, stage_named

NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
MODEL = "prod"
NOT_COPIED = ("AFTERWORD_SITE", "AFTERWORD_URL", "AFTERWORD_DISTRIBUTION")  # specific to the model's site


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    stage = commands.add_parser("stage", help="add a stage for another site").add_subparsers(
        metavar="COMMAND", required=True
    )
    add = stage.add_parser("add", help="add a stage like prod, with its own table, secret and policies")
    add.add_argument("name", type=_name)
    add.set_defaults(run=_add, needs_runtime=False)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a stage's name has up to 16 lower-case letters and digits, a letter first")
    return text


def _add(options: argparse.Namespace) -> int:
    path, name = ROOT / CONFIG, options.name
    config = json.loads(path.read_text(encoding="utf-8"))
    if name in config["stages"]:
        print(f"Stage {name} already exists.")
        return 2
    model = json.dumps(config["stages"][MODEL])
    new = json.loads(re.sub(rf"\b{MODEL}\b", name, model))
    new.pop("api_gateway_custom_domain", None)
    for variable in NOT_COPIED:
        new["environment_variables"].pop(variable, None)
    config["stages"][name] = new
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for file, text in policy_files([stage_named(name)]).items():
        (ROOT / file).write_text(text, encoding="utf-8")
    print(f"Stage {name} was added to {CONFIG}. To deploy it: `make deploy STAGE={name} SITE=https://…`")
    return 0
