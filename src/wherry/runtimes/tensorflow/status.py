"""TensorFlow's error reports, as one sentence each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL
from dataclasses import dataclass
from enum import IntEnum

_LONGEST = 300
_ROOT_ERRORS = re.compile(r"^\d+ root error\(s\) found\.\s*")
_NUMBERED = re.compile(r"^\(\d+\)\s*(?:[A-Z_]+|[A-Z][A-Za-z ]+): ")
_NODE = re.compile(r"\s*(?:\[\[|\{\{node |\[Op:|Node: ?\{|\bTraceback \()")


class Code(IntEnum):
    """The status codes that are told apart here. Source: tensorflow/c/tf_status.h."""

    OK = 0
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    OUT_OF_RANGE = 11


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed."""

    code: int
    message: str

    @property
    def sentence(self) -> str:
        """What TensorFlow said, without the graph's nodes and traces."""
        return sentence(self.message)


class TensorFlowError(Exception):
    """A call of the C API failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


@contextmanager
def checked(library: CDLL) -> Iterator[int]:
    """Give a TF_Status to the calls inside, and look at it after them.

    Raises:
        TensorFlowError: it is not OK.
    """
    status = library.TF_NewStatus()
    try:
        yield status
        code = library.TF_GetCode(status)
        if code != Code.OK:
            text = library.TF_Message(status).decode("utf-8", "replace")
            raise TensorFlowError(Failure(code, text))
    finally:
        library.TF_DeleteStatus(status)


def sentence(message: str) -> str:
    """Reduce one of TensorFlow's messages to what a person needs of it."""
    text = _ROOT_ERRORS.sub("", message.strip())
    text = _NUMBERED.sub("", text)
    lines = [line.strip() for line in _NODE.split(text, maxsplit=1)[0].splitlines()]
    text = next((line for line in lines if line), "it gave no reason")
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rsplit(" ", 1)[0] + " ..."
    return text if text.endswith((".", "!", "?")) else text + "."
