"""A task's frame: read the request, do the work, write the answer or what went wrong."""

from __future__ import annotations

import contextlib
import ctypes
import json
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LONGEST = 20_000


class Refused(Exception):
    """The model cannot be used as it is; the message is a sentence for its owner."""


def run_task(task: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Call the task with the request that the command line names, and write its answer."""
    _die_with_parent()
    request, answer = Path(sys.argv[1]), Path(sys.argv[2])
    said: dict[str, Any]
    try:
        said = {"done": task(json.loads(request.read_text(encoding="utf-8")))}
    except Refused as refusal:
        said = {"refused": str(refusal)}
    except Exception as error:  # noqa: BLE001  whatever it is, the host puts it into words
        traceback.print_exc()
        message = str(error)
        # The start and the end: TensorFlow says the reason in either.
        if len(message) > _LONGEST:
            message = message[: _LONGEST // 2] + "\n...\n" + message[-_LONGEST // 2 :]
        said = {"failed": {"kind": type(error).__name__, "message": message}}
    partial = answer.with_suffix(".partial")
    partial.write_text(json.dumps(said), encoding="utf-8")
    partial.replace(answer)


def _die_with_parent() -> None:
    """Be killed when the process that asked for this is: nobody would read the answer."""
    with contextlib.suppress(AttributeError, OSError):  # another system than Linux
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
