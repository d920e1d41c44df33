"""``wherry bundle``: put a model into a folder with a manifest."""

import argparse
from pathlib import Path

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
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
