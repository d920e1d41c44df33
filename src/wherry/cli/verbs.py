"""What the verbs of the command line share."""

import argparse
from collections.abc import Callable

type Verb = Callable[[argparse.Namespace], int]
type Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

FOUND = 1
"""The work was done, and what came of it is not as it should be."""
USAGE_ERROR = 2
"""The work could not be done as it was asked for."""
NOTHING_INSPECTED = 3
"""There was nothing to look at, or not all of it could be; that is never taken for clean."""
