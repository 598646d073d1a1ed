"""Checks the running service against its OpenAPI document with schemathesis.

It runs twice: with an author key and a moderator's tokens, and anonymously.
"""

import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from dev.engine_process import ROOT, Engine
from dev.run import SECRET_BYTES, free_port, set_environment

HOST = "127.0.0.1"
PROGRAM = ROOT / ".venv-schemathesis" / "bin" / "schemathesis"
CONFIG = Path(__file__).with_name("schemathesis.toml")
LIMITS = ("MINUTE", "DAY", "POST_HELD", "POST_PUBLISHED", "SITE", "EDITS", "PREVIEWS", "REACTIONS", "FORMS")
NO_LIMIT = str(10**6)  # a limit would hide what is behind it
WITH_TOKENS = """
[auth.openapi]
author = { bearer = "${AFTERWORD_AUTHOR_TOKEN}" }
session = { bearer = "${AFTERWORD_SESSION_TOKEN}" }
apiToken = { bearer = "${AFTERWORD_API_TOKEN}" }
"""


def run_schemathesis(url: str, auth: str, options: Sequence[str]) -> int:
    """Run schemathesis against the service; returns its status."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / CONFIG.name
        config.write_text(CONFIG.read_text(encoding="utf-8") + auth, encoding="utf-8")
        command = [str(PROGRAM), "--config-file", str(config), "run", f"{url}/openapi.json", *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}  # where the hooks are
        return subprocess.run(command, env=environment, cwd=folder, check=False).returncode  # noqa: S603  our own


def sign_in(url: str) -> Mapping[str, str]:
    """Environment variables with the tokens to use, and the ids that must not be removed."""
    from dev import seeding  # noqa: PLC0415  needs the environment

    service, link = seeding.ServiceClient(url, ""), seeding.sign_in_link().rpartition("#")[2]
    session = service.post("/v1/moderation/sessions", {"link": link, "keep": True}, {})
    by = {"Authorization": f"Bearer {session['token']}"}
    made = service.post("/v1/moderation/tokens", {"name": "contract", "scopes": ["read", "moderate", "manage"]}, by)
    return {
        "AFTERWORD_AUTHOR_TOKEN": f"aw_author_{secrets.token_urlsafe(16)}",
        "AFTERWORD_SESSION_TOKEN": session["token"],
        "AFTERWORD_API_TOKEN": made["token"],
        "AFTERWORD_OWN": " ".join([session["moderator"]["id"], session["session"]["id"], made["about"]["id"]]),
    }


def public_operations() -> list[str]:
    """The options that select the operations which need no token."""
    from ops.openapi.document import document  # noqa: PLC0415  likewise

    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]
    free = [each["operationId"] for each in operations if not each["security"] or {} in each["security"]]
    return [option for name in free for option in ("--include-operation-id", name)]


def serve_and_check(port: int, options: Sequence[str]) -> int:
    """Serve and check as each caller; returns how many runs failed.  The environment has to be set."""
    from app import app  # noqa: PLC0415  likewise
    from dev import seeding  # noqa: PLC0415  likewise
    from dev.server import running  # noqa: PLC0415  likewise

    logging.getLogger("afterword").setLevel(logging.ERROR)
    clock, failed = seeding.Clock(), 0
    seeding.use_clock(clock)
    seeding.create_table()
    with running(app, host=HOST, port=port) as url:
        seeding.seed(url, seeding.moderator_token(""), clock)
        os.environ |= sign_in(url)
        for name, auth, selection in (("with tokens", WITH_TOKENS, []), ("without tokens", "", public_operations())):
            began = time.monotonic()
            failed += run_schemathesis(url, auth, [*selection, *options]) != 0
            print(f"Checked {name} in {time.monotonic() - began:.0f} s.", flush=True)
    return failed


def main(options: Sequence[str]) -> int:
    """Run the checks; ``options`` are passed to schemathesis.  Status 1 if a check failed."""
    port = free_port(HOST, 0)
    with Engine() as engine:
        set_environment(engine.url, f"http://{HOST}:{port}", secrets.token_hex(SECRET_BYTES))
        os.environ.update({f"AFTERWORD_LIMIT_{name}": NO_LIMIT for name in LIMITS})
        return 1 if serve_and_check(port, options) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
