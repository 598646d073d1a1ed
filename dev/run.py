"""The whole service on one's own machine: `make run`, or `python dev/run.py --port 8000`.

Everything that it keeps lies in one folder, `.afterword`: the secret, the engine's data, a moderator's token.
"""

import argparse
import logging
import os
import secrets
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parent.parent))

from dev.engine_process import INTERPRETER, Engine, EngineFailed, available
from dev.server import running

ROOT = Path(__file__).parent.parent
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECRET_BYTES = 32
HOUR = 3_600.0  # seconds


def stop(_number: int, _frame: FrameType | None) -> None:
    """Leave, through every `with` that is open; a second wish to stop doesn't interrupt that."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def private_file(path: Path, text: str) -> str:
    """Write a file that only its owner may read."""
    draft = path.with_suffix(".part")
    with open(draft, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
        out.write(text)
    draft.replace(path)
    return text


def kept(path: Path) -> str:
    """Read what a file holds; nothing, if it is not there."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def set_environment(engine: str, url: str, secret: str) -> None:
    """Set what the service reads of its environment; nothing of an AWS account is left."""
    os.environ |= {
        "AFTERWORD_TABLE": "afterword-local",
        "AFTERWORD_DYNAMODB_ENDPOINT": engine,
        "AFTERWORD_SECRET": secret,
        "AFTERWORD_SITE": f"{url}/demo",
        "AFTERWORD_URL": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        os.environ.pop(name, None)
    os.environ.setdefault("AFTERWORD_LIMIT_MINUTE", "1000")  # here everybody has one address
    os.environ.setdefault("AFTERWORD_LIMIT_DAY", "10000")


def free_port(host: str, port: int) -> int:
    """Tell the port to use, 0 being any.

    Raises:
        OSError: it is taken.
    """
    with socket.create_server((host, port)) as probe:
        return int(probe.getsockname()[1])


def tend_hourly(pause: Callable[[float], None] = time.sleep) -> None:
    """Do every hour what the timer does on AWS; it tells no topic, and a step that fails is tried again."""
    from chalicelib import runtime as runtimes  # noqa: PLC0415  only now is the environment what it should be
    from chalicelib.events.hourly import done  # noqa: PLC0415  likewise

    while True:
        pause(HOUR)
        for step, deed in runtimes.current().tending.steps(topic=""):
            done(step, deed)


def serve(host: str, port: int, folder: Path) -> None:
    """Serve until told to stop.  The environment is set."""
    from app import app  # noqa: PLC0415  only now is the environment what it should be
    from dev import seeding  # noqa: PLC0415  likewise

    logging.getLogger("afterword").setLevel(logging.WARNING)  # the server has a line for each request
    clock = seeding.Clock()
    seeding.use_clock(clock)
    seeding.create_table()
    token = private_file(folder / "moderator-token", seeding.moderator_token(kept(folder / "moderator-token")))
    with running(app, host=host, port=port) as url:
        if seeded := seeding.seed(url, token, clock):
            print(f"The demo has {seeded} comments now.")
        print(f"\n  demo      {url}/demo/\n  moderate  {seeding.sign_in_link()}")
        print(f"  token     in {folder / 'moderator-token'}\n\nCtrl-C stops it.\n", flush=True)
        logging.getLogger("dev").setLevel(logging.INFO)
        threading.Thread(target=tend_hourly, daemon=True).start()
        wait_for_the_end()


def wait_for_the_end() -> None:
    """Wait for a signal, or for the terminal to go: make keeps that to itself where it was started without a shell."""
    if sys.stdin and sys.stdin.isatty():
        watch = select.poll()
        watch.register(sys.stdin, 0)
        if any(event & select.POLLHUP for _, event in watch.poll()):
            stop(signal.SIGHUP, None)
    threading.Event().wait()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run the whole service on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, default=ROOT / ".afterword", metavar="DIR")
    return parser.parse_args()


def main() -> int:
    """Run it.  Status 1: it could not start, and said why."""
    chosen = arguments()
    logging.basicConfig(format="%(message)s")
    for number in ENDINGS:
        signal.signal(number, stop)
    if not available():
        print(f"The engine is not installed at {INTERPRETER}: make .venv-engine/installed", file=sys.stderr)
        return 1
    try:
        port = free_port(chosen.host, chosen.port)
        chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        chosen.data.chmod(0o700)
        secret = kept(chosen.data / "secret") or private_file(chosen.data / "secret", secrets.token_hex(SECRET_BYTES))
        with Engine(chosen.data / "engine") as engine:
            set_environment(engine.url, f"http://{chosen.host}:{port}", secret)
            serve(chosen.host, port, chosen.data)
    except (OSError, EngineFailed) as problem:
        print(f"Afterword can't run on {chosen.host}:{chosen.port}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
