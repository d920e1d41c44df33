"""Python's text turned into a tree, for files that were written for any Python."""

import ast
import gc
import warnings
from dataclasses import dataclass
from typing import Final

LONGEST_BYTES: Final = 2_000_000
"""A longer module is generated data, which takes seconds to parse and says nothing."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a file could not be parsed.

    Attributes:
        message: What the parser says of it.
        line: Counted from 1.
        python2: Whether it is the syntax of Python 2.
    """

    message: str
    line: int
    python2: bool = False


def parse(text: str) -> ast.Module | SyntaxProblem:
    """Return the module's tree, or why there is none."""
    if len(text) > LONGEST_BYTES:
        return SyntaxProblem("the file is too long to be code", 1)
    collecting = gc.isenabled()
    gc.disable()  # a tree is thousands of objects that all live: a third of the time
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" without r is the project's affair
            return ast.parse(text)
    except SyntaxError as error:
        return SyntaxProblem(error.msg, error.lineno or 1, _python2(error))
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxProblem(str(error) or "the code is nested too deeply", 1)
    finally:
        if collecting:
            gc.enable()


def _python2(error: SyntaxError) -> bool:
    message = error.msg.lower()
    return "missing parentheses in call to" in message or (
        "multiple exception types must be parenthesized" in message
    )
