"""``python -m wherry.cli``."""

import sys

from wherry.cli import main

if __name__ == "__main__":
    sys.exit(main())
