"""``scripts/bench rehearse``: what the rehearsal's router adds."""

import sys

from benchmarks.rehearse.router import main

if __name__ == "__main__":
    sys.exit(main())
