"""``wherry inspect``: what a model file says of itself."""

import argparse
from pathlib import Path

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "inspect",
        help="say what a model is, what wrote it, and what can run it",
        description="Reads a SavedModel, .keras, .h5, .tflite, .onnx or frozen graph, without "
        "TensorFlow and without running anything in it.",
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(verb=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    from wherry.inspection.document import to_dict
    from wherry.inspection.inspect import inspect
    from wherry.inspection.text import text

    found = inspect(options.model)
    if options.json:
        import json

        print(json.dumps(to_dict(found), indent=2))
    else:
        print(text(found))
    return 0
