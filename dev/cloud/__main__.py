"""`python -m dev.cloud`: simulate AWS until Ctrl-C, to deploy to it from another shell."""

import argparse
import logging
import signal
import sys
import time

from dev.cloud.cloud import Cloud, running_cloud
from dev.cloud.functions import HERE
from dev.engine_process import EngineFailed
from dev.run import STOP_SIGNALS, stop

POLL_INTERVAL = 0.5  # seconds


def watch(cloud: Cloud) -> None:
    """Print the URL of each API that is deployed or deleted, forever."""
    known: set[str] = set()
    while True:
        now = set(cloud.urls)
        for url in sorted(now - known):
            print(f"deployed: {url}", flush=True)
        for url in sorted(known - now):
            print(f"deleted:  {url}", flush=True)
        known = now
        time.sleep(POLL_INTERVAL)


def main() -> int:
    """Run the simulation; status 1 if it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m dev.cloud", description="Simulate AWS on this machine.")
    parser.add_argument("--port", type=int, default=8002, help="the port of deployed APIs (default: 8002)")
    options = parser.parse_args()
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        with running_cloud(port=options.port) as cloud:
            print("Run this in another shell to use the simulated account there; its data is lost when it stops:\n")
            print("\n".join(f"  export {name}={value}" for name, value in cloud.environment.items()))
            print(
                f"\nThen, for example:\n\n  make deploy STAGE=dev URL={cloud.address('afterword', 'dev')} ARCH={HERE}\n"
            )
            print("The functions' output appears here. Press Ctrl-C to stop.\n", flush=True)
            watch(cloud)
    except (OSError, EngineFailed) as problem:
        print(f"The simulation cannot run on port {options.port}: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
