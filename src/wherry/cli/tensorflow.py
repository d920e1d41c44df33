"""``wherry tensorflow``: the C libraries that a SavedModel runs on."""

import argparse
from pathlib import Path

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "tensorflow",
        help="fetch TensorFlow's C libraries, all that serving a SavedModel needs of it",
        description="SavedModels run on the two C libraries of TensorFlow's ordinary wheel. An "
        "installed wheel is found; a folder with only these two is a third of its size and "
        "serves any Python version.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    fetch = actions.add_parser("fetch", help="make the folder, from the wheel on the package index")
    fetch.add_argument("--version", help="2.12 to 2.21; the newest by default")
    fetch.add_argument("--to", type=Path, metavar="DIR", help=".wherry/tensorflow by default")
    fetch.set_defaults(verb=_fetch_tensorflow)
    where = actions.add_parser("where", help="print the folder that a served model would use")
    where.set_defaults(verb=_find_tensorflow)
    check = actions.add_parser("check", help="check every byte of a fetched folder")
    check.add_argument("folder", type=Path, nargs="?", help="the one in use by default")
    check.set_defaults(verb=_check_tensorflow)


def _fetch_tensorflow(options: argparse.Namespace) -> int:
    from wherry.dependencies.libtensorflow import fetch
    from wherry.dependencies.wheels import NEWEST
    from wherry.libtensorflow import FETCH_FOLDER

    folder = options.to or FETCH_FOLDER
    stamp = fetch(options.version or NEWEST, folder)
    print(f"{folder}: {stamp}")
    return 0


def _find_tensorflow(_: argparse.Namespace) -> int:
    from wherry.libtensorflow import read_stamp
    from wherry.runtimes.tensorflow.installation import find

    folder = find()
    print(f"{folder}: {read_stamp(folder) or 'an installed wheel'}")
    return 0


def _check_tensorflow(options: argparse.Namespace) -> int:
    from wherry.libtensorflow import check_hashes
    from wherry.runtimes.tensorflow.installation import find

    folder = options.folder or find()
    print(f"{folder}: {check_hashes(folder)}, every byte as it was made")
    return 0
