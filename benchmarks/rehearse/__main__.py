"""``scripts/bench rehearse``: what the rehearsal's router adds; ``cases``: labelled projects."""

import sys

from benchmarks.rehearse import cases, router

if __name__ == "__main__":
    if sys.argv[1:2] == ["cases"]:
        sys.exit(cases.main(sys.argv[2:]))
    sys.exit(router.main())
