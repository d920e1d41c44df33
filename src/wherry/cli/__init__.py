"""The ``wherry`` command: a module for each verb.

A verb imports what it needs when it runs, so that none pays for another.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from wherry import __version__
from wherry.cli import (
    buildpack,
    bundle,
    causes,
    doctor,
    explain,
    init,
    inspect,
    platforms,
    rehearse,
    serve,
    shrink,
    tensorflow,
    verify,
)
from wherry.cli.verbs import USAGE_ERROR, Verb
from wherry.errors import WherryError

VERBS = (
    doctor,
    explain,
    rehearse,
    init,
    inspect,
    shrink,
    verify,
    bundle,
    serve,
    tensorflow,
    buildpack,
    causes,
    platforms,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="wherry", description="A TensorFlow model answers from Django on a small host."
    )
    parser.add_argument("--version", action="version", version=f"wherry {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for module in VERBS:
        module.add(verbs)
    options = parser.parse_args(arguments)
    verb: Verb = options.verb
    try:
        return verb(options)
    except WherryError as error:
        print(f"wherry: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("wherry: stopped.", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read the output has enough, as head does; Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
