"""``python -m chalicelib``: the owner's command line."""

import sys

try:
    from .cli.main import main
except ModuleNotFoundError as missing:
    if missing.name in ("botocore", "pydantic"):
        sys.exit(f"{missing.name} is not installed. Use .venv/bin/python, which `make run` and `make deploy` create.")
    raise

sys.exit(main())
