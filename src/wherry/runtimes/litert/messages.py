"""LiteRT's messages as sentences."""

import re

from wherry.errors import ExecutionFailed, InvalidInput

_SOURCE_LINE = re.compile(r"[\w/]+\.(?:cc|h|cpp):\d+:?\s*")
_FAILED_NODE = re.compile(r"Node number \d+ \((\w+)\) failed to (?:invoke|prepare)\.?")
_MISSING_OP = re.compile(r"unresolved custom op: (\w+)|Select TensorFlow op\(s\)", re.IGNORECASE)
_READ_CHARACTERS = 2000
_INPUTS_FAULT = re.compile(
    r"bound|out of range|index|indices|divi|shape|dimension|dims|mismatch|must be|!=", re.IGNORECASE
)


def sentence(message: str) -> str:
    """Return what a LiteRT message says last, without source files of its own.

    LiteRT runs the lines of a message together, and those of earlier failures before them.
    """
    message = message[-_READ_CHARACTERS:]
    nodes = [node for node in _FAILED_NODE.findall(message) if node != "WHILE"]
    pieces = [
        piece.strip(" └\n").rstrip(".")
        for part in _SOURCE_LINE.split(message)
        for piece in _FAILED_NODE.sub("\n", part).split("\n")
    ]
    said = next((piece for piece in reversed(pieces) if piece), "no reason was given")[:300]
    return f"{said} (operator {nodes[-1]})." if nodes else f"{said}."


def cannot_load(name: str, message: str) -> str:
    """Return why the model file ``name`` cannot be loaded, and what to do."""
    missing = _MISSING_OP.search(message)
    if missing is None:
        return f"{name} cannot be loaded by LiteRT; is it a whole .tflite file? {sentence(message)}"
    operator = missing.group(1)
    if operator is None or operator.startswith("Flex"):
        what = f"operators of TensorFlow ({operator})" if operator else "operators of TensorFlow"
        return (
            f"{name} needs {what} that LiteRT does not have: "
            'serve the SavedModel with the "tensorflow" runtime.'
        )
    return (
        f'{name} needs a custom operator "{operator}" that LiteRT does not have; '
        'where TensorFlow has it, serve the SavedModel with the "tensorflow" runtime.'
    )


def run_error(message: str) -> InvalidInput | ExecutionFailed:
    """Return the error of a failed run.

    LiteRT has no error codes, so whether it is the input's fault is told by the words.
    """
    said = sentence(message)
    if _INPUTS_FAULT.search(message[-_READ_CHARACTERS:]):
        return InvalidInput(f"The model refused these values: {said}")
    return ExecutionFailed(f"LiteRT could not run the model: {said}")
