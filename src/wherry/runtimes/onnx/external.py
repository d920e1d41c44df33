"""The files beside an ``.onnx`` file that hold its larger weights.

They are found in the file's protocol buffer itself, for the package that reads it whole is of no
other use to a server. Field numbers are those of onnx.proto.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from wherry.errors import BundleError
from wherry.runtimes.protobuf import Malformed, fields, open_message, text

# Message fields that lead to tensors, by message: field number to the message found there.
_PATHS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}


def external_files(model: Path) -> list[Path]:
    """Return the files that a model's weights are in besides its own, sorted.

    Raises:
        BundleError: the file is broken, or a path leaves its folder or leads nowhere.
    """
    try:
        locations = set(_locations(open_message(model)))
    except OSError as error:
        raise BundleError(f"{model.name} cannot be read: {error.strerror}.") from error
    except Malformed:
        raise BundleError(
            f"{model.name} is not a whole .onnx file; copy the model again."
        ) from None
    return sorted(_inside(model, location) for location in locations)


def _inside(model: Path, location: str) -> Path:
    folder = model.parent.resolve()
    pure = PurePosixPath(location)
    file = (folder / location).resolve()
    if pure.is_absolute() or ".." in pure.parts or not file.is_relative_to(folder):
        raise BundleError(
            f'{model.name} keeps weights in "{location}", outside its own folder; '
            "save the model with its external data beside it."
        )
    if not file.is_file():
        raise BundleError(
            f'{model.name} keeps weights in "{location}", which is not there; '
            "copy that file beside the model."
        )
    return file


def _locations(content: memoryview) -> Iterator[str]:
    pending = [("model", content)]
    while pending:
        message, data = pending.pop()
        paths = _PATHS[message]
        for number, value in fields(data):
            inner = paths.get(number)
            if inner is None or isinstance(value, int):
                continue
            if inner == "entry":
                entry = {key: text(part) for key, part in fields(value)}
                if entry.get(1) == "location":
                    yield entry.get(2, "")
            else:
                pending.append((inner, value))
