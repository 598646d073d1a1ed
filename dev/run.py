"""The whole service on this machine: `make run`, or `python dev/run.py --port 8000`.

All of its data is in one folder, `.afterword`: the secret, the engine's data and a moderator's token.
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

from dev.engine_process import INTERPRETER, Engine, EngineFailed, is_installed
from dev.server import running

ROOT = Path(__file__).parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECRET_BYTES = 32
HOUR = 3_600.0  # seconds


def stop(_number: int, _frame: FrameType | None) -> None:
    """Exit through all open `with` blocks; further signals are ignored."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def private_file(path: Path, text: str) -> str:
    """Write a file that only its owner can read."""
    draft = path.with_suffix(".part")
    with open(draft, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
        out.write(text)
    draft.replace(path)
    return text


def read_if_exists(path: Path) -> str:
    """The content of a file; empty if it does not exist."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def set_environment(engine: str, url: str, secret: str) -> None:
    """Set the service's environment variables, without any credentials of a real AWS account."""
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
    os.environ.setdefault("AFTERWORD_LIMIT_MINUTE", "1000")  # all clients have the same address here
    os.environ.setdefault("AFTERWORD_LIMIT_DAY", "10000")


def free_port(host: str, port: int) -> int:
    """The port to use: the given one, or a free one for 0.

    Raises:
        OSError: the port is in use.
    """
    with socket.create_server((host, port)) as probe:
        return int(probe.getsockname()[1])


def run_maintenance_hourly(pause: Callable[[float], None] = time.sleep) -> None:
    """Run every hour the tasks of the timer on AWS, without a digest; failed tasks are repeated an hour later."""
    from chalicelib import runtime as runtimes  # noqa: PLC0415  needs the environment
    from chalicelib.events.hourly import result  # noqa: PLC0415  likewise

    while True:
        pause(HOUR)
        for task, run in runtimes.current().maintenance.tasks(topic=""):
            result(task, run)


def serve(host: str, port: int, folder: Path) -> None:
    """Serve until a signal to stop.  The environment has to be set."""
    from app import app  # noqa: PLC0415  needs the environment
    from dev import seeding  # noqa: PLC0415  likewise

    logging.getLogger("afterword").setLevel(logging.WARNING)  # the server logs each request
    clock = seeding.Clock()
    seeding.use_clock(clock)
    seeding.create_table()
    token = private_file(
        folder / "moderator-token", seeding.moderator_token(read_if_exists(folder / "moderator-token"))
    )
    with running(app, host=host, port=port) as url:
        if seeded := seeding.seed(url, token, clock):
            print(f"Added {seeded} comments to the demo.")
        print(f"\n  demo      {url}/demo/\n  moderate  {seeding.sign_in_link()}")
        print(f"  token     in {folder / 'moderator-token'}\n\nPress Ctrl-C to stop.\n", flush=True)
        logging.getLogger("dev").setLevel(logging.INFO)
        threading.Thread(target=run_maintenance_hourly, daemon=True).start()
        wait_until_stopped()


def wait_until_stopped() -> None:
    """Wait for a signal, or until the terminal closes, which `make` does not report without a shell."""
    if sys.stdin and sys.stdin.isatty():
        watch = select.poll()
        watch.register(sys.stdin, 0)
        if any(event & select.POLLHUP for _, event in watch.poll()):
            stop(signal.SIGHUP, None)
    threading.Event().wait()


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description="Run the whole service on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, default=ROOT / ".afterword", metavar="DIR")
    return parser.parse_args()


def main() -> int:
    """Run the service; status 1 if it cannot start."""
    options = arguments()
    logging.basicConfig(format="%(message)s")
    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    if not is_installed():
        print(f"The engine is not installed at {INTERPRETER}: run `make .venv-engine/installed`", file=sys.stderr)
        return 1
    try:
        port = free_port(options.host, options.port)
        options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        options.data.chmod(0o700)
        secret = read_if_exists(options.data / "secret") or private_file(
            options.data / "secret", secrets.token_hex(SECRET_BYTES)
        )
        with Engine(options.data / "engine") as engine:
            set_environment(engine.url, f"http://{options.host}:{port}", secret)
            serve(options.host, port, options.data)
    except (OSError, EngineFailed) as problem:
        print(f"Afterword cannot run on {options.host}:{options.port}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
