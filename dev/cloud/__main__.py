"""`python -m dev.cloud`: rehearse a deployment without an account, from another shell, until Ctrl-C."""

import argparse
import logging
import signal
import sys
import time

from dev.cloud.cloud import Cloud, running_cloud
from dev.cloud.functions import HERE
from dev.engine_process import EngineFailed
from dev.run import ENDINGS, stop

LOOK_EVERY = 0.5  # seconds


def watch(cloud: Cloud) -> None:
    """Say where an API answers as soon as it is deployed, until told to stop."""
    said: set[str] = set()
    while True:
        now = set(cloud.urls)
        for url in sorted(now - said):
            print(f"deployed: {url}", flush=True)
        for url in sorted(said - now):
            print(f"deleted:  {url}", flush=True)
        said = now
        time.sleep(LOOK_EVERY)


def main() -> int:
    """Run it.  Status 1: it could not start, and said why."""
    parser = argparse.ArgumentParser(prog="python -m dev.cloud", description="AWS on this machine, to deploy to.")
    parser.add_argument("--port", type=int, default=8002, help="where deployed APIs answer (default: 8002)")
    chosen = parser.parse_args()
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    for number in ENDINGS:
        signal.signal(number, stop)
    try:
        with running_cloud(port=chosen.port) as cloud:
            print("In another shell, so that all programs there take this for AWS, which forgets all when it ends:\n")
            print("\n".join(f"  export {name}={value}" for name, value in cloud.environment.items()))
            print(f"\nThen, for example:\n\n  make deploy STAGE=dev URL={cloud.address('afterword', 'dev')}\n")
            if HERE != "arm64":
                print(
                    f'Before that, .chalice/config.json needs "lambda_architecture": "{HERE}", as this machine has it.'
                )
            print("What functions say comes here. Ctrl-C stops it.\n", flush=True)
            watch(cloud)
    except (OSError, EngineFailed) as problem:
        print(f"It can't run on port {chosen.port}: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
