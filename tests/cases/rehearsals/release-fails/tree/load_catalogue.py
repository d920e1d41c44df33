"""Tell the branches about the new catalogue; they are asked for by each release."""

import sys
from pathlib import Path

BRANCHES = Path(__file__).parent / "branches"


def main():
    """Return 1 if a branch has no list of its shelves."""
    missing = [name for name in ("north", "harbour") if not (BRANCHES / name).is_file()]
    for name in missing:
        print(f"The branch {name} has no list of its shelves.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
