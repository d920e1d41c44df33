"""What the verbs of the command line share."""

import argparse
from collections.abc import Callable

type Verb = Callable[[argparse.Namespace], int]
type Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

FOUND = 1
"""The work was done, and what came of it is not as it should be."""
USAGE_ERROR = 2
"""The work could not be done as it was asked for."""
