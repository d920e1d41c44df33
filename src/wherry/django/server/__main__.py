"""What ``wherry serve`` turns into: a fresh interpreter that has parsed nothing."""

import sys

from wherry.django.server.supervisor import main
from wherry.django.server.worker import work

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], work))
