"""``python -m chalicelib``: the owner's command line."""

import sys

from .cli.main import main

sys.exit(main())
