"""``python -m chalicelib``: the owner's command line."""

import sys

try:
    from .cli.main import main
except ModuleNotFoundError as missing:
    if missing.name in ("botocore", "pydantic"):
        sys.exit(f"This Python has no {missing.name}. Use .venv/bin/python, which `make deploy`, run or test makes.")
    raise

sys.exit(main())
