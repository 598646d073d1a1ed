"""``stage add``: another site is another stage, with all that is its own."""

import argparse
import json
import re

from ops.policies import policy_files
from ops.stages import CONFIG, ROOT, stage_named

from ..runtime import Runtime

NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
MODEL = "prod"
OWN = ("AFTERWORD_SITE", "AFTERWORD_URL", "AFTERWORD_DISTRIBUTION")  # of the model alone


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("stage", help="the stages, each for one site").add_subparsers(
        metavar="COMMAND", required=True
    )
    add = commands.add_parser("add", help="add a stage like prod, with a table, a secret and policies of its own")
    add.add_argument("name", type=_name)
    add.set_defaults(run=_add, anywhere=True)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a stage's name has up to 16 small letters and digits, a letter first")
    return text


def _add(_runtime: Runtime, chosen: argparse.Namespace) -> int:
    path, name = ROOT / CONFIG, chosen.name
    config = json.loads(path.read_text(encoding="utf-8"))
    if name in config["stages"]:
        print(f"There is a stage {name} already.")
        return 2
    model = json.dumps(config["stages"][MODEL])
    made = json.loads(re.sub(rf"\b{MODEL}\b", name, model))
    made.pop("api_gateway_custom_domain", None)
    for variable in OWN:
        made["environment_variables"].pop(variable, None)
    config["stages"][name] = made
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for file, text in policy_files([stage_named(name)]).items():
        (ROOT / file).write_text(text, encoding="utf-8")
    print(f"Stage {name} is in {CONFIG}. `make deploy STAGE={name} SITE=https://…` brings it into your account.")
    return 0
