"""Environments for conversion are kept in the checkout, and made once."""

import os
from pathlib import Path

os.environ.setdefault("WHERRY_CACHE", str(Path(__file__).parents[2] / ".wherry" / "cache"))
