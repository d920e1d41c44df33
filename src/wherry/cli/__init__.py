"""The ``wherry`` command: one thin function per verb.

A verb imports what it needs when it runs, so that none pays for another.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from wherry import __version__
from wherry.errors import WherryError

type Verb = Callable[[argparse.Namespace], int]
type Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="wherry", description="A TensorFlow model answers from Django on a small host."
    )
    parser.add_argument("--version", action="version", version=f"wherry {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for add_verb in VERBS:
        add_verb(verbs)
    options = parser.parse_args(arguments)
    verb: Verb = options.verb
    try:
        return verb(options)
    except WherryError as error:
        print(f"wherry: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 130


def _add_bundle(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "bundle",
        help="put a model into a folder with a manifest",
        description="Copies a .tflite or .onnx file or a SavedModel folder into a new folder, "
        "reads its signatures, and writes a manifest with the hash of every file.",
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", help="the model's name; the folder's by default")
    parser.add_argument("--model-version", default="1", metavar="VERSION")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="one label a line, for the only output"
    )
    parser.set_defaults(verb=_bundle)


def _bundle(options: argparse.Namespace) -> int:
    from wherry.serving.packing import pack

    bundle = pack(
        options.model,
        options.folder,
        name=options.name,
        version=options.model_version,
        labels=options.labels,
    )
    print(f"{bundle.path}: {bundle.runtime}, signatures {', '.join(bundle.signatures or ())}")
    return 0


def _add_serve(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "serve",
        help="serve a Django site and its models",
        description="Listens at once, loads the models behind a readiness gate, and chooses "
        "processes and threads from the machine's limits and a measured worker.",
    )
    parser.add_argument("app", metavar="MODULE[:ATTRIBUTE]", help="as in project.wsgi")
    parser.add_argument("--host", default="", help="every address by default")
    parser.add_argument("--port", type=int, help="$PORT by default, or 8000")
    parser.add_argument("--processes", type=int, help="$WEB_CONCURRENCY by default, or chosen")
    parser.add_argument("--threads", type=int, help="of each process; chosen by default")
    parser.add_argument(
        "--graceful-timeout",
        type=float,
        metavar="SECONDS",
        help="for running requests to finish after SIGTERM",
    )
    parser.set_defaults(verb=_serve)


def _serve(options: argparse.Namespace) -> int:
    from wherry.django.server.launch import launch
    from wherry.django.server.options import complete

    launch(
        complete(
            options.app,
            os.environ,
            host=options.host,
            port=options.port,
            processes=options.processes,
            threads=options.threads,
            graceful_timeout_s=options.graceful_timeout,
        )
    )


def _add_tensorflow(verbs: Verbs) -> None:
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


VERBS = (_add_bundle, _add_serve, _add_tensorflow)

if __name__ == "__main__":
    sys.exit(main())
