"""Chalice's command line, except that the REST API which it deploys calls the alias ``live`` (ops/live.py).

``chalice deploy`` itself makes the API call the newest code without an alias; it works, but not while it deploys.
"""

import sys
from typing import Any

from chalice.cli import main
from chalice.deploy.planner import StringFormat
from chalice.deploy.swagger import TemplatedSwaggerGenerator

from .live import LIVE

FUNCTION = "{api_handler_lambda_arn}"


def install() -> None:
    """Change the address that Chalice gives to each route.  It touches an internal of the pinned Chalice."""
    generator: Any = TemplatedSwaggerGenerator
    plain = generator._uri  # noqa: SLF001  there is no other way

    def with_alias(self: Any, lambda_arn: Any = None) -> StringFormat:  # noqa: ANN401  Chalice's types
        found = plain(self, lambda_arn)
        return StringFormat(found.template.replace(FUNCTION, f"{FUNCTION}:{LIVE}"), found.variables)

    generator._uri = with_alias  # noqa: SLF001  likewise


if __name__ == "__main__":
    install()
    sys.exit(main())
