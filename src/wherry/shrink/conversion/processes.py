"""Run a task of ``wherry_tasks`` in an environment: a JSON request in, a JSON answer out."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from wherry.errors import ConversionFailed
from wherry.shrink.conversion.disk import full, writing
from wherry.shrink.conversion.environments import Environment

TIMEOUT_S = 3600.0
SCRIPTS = files("wherry.shrink.conversion") / "scripts"
_TAIL_BYTES = 65536
_PAGE_BYTES = 65536
_NO_SPACE = re.compile(r"No space left on device|Errno 28")
# What a child may know of this process's environment: a model's code has no business with
# credentials, and the user's own settings for Python, Keras and TensorFlow would change answers.
_PASSED_ON = re.compile(r"PATH|HOME|LANG|LC_\w+|TZ|LD_LIBRARY_PATH|OPENBLAS_\w+|USER")
_SETTINGS = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
}


class TaskFailed(Exception):
    """A task ended with an exception of its own; ``kind`` is the name of its class."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def run_task(
    environment: Environment,
    task: str,
    request: Mapping[str, Any],
    work: Path,
    *,
    timeout_s: float = TIMEOUT_S,
) -> dict[str, Any]:
    """Run a task and return its answer. Whatever it prints stays in ``work``.

    Raises:
        TaskFailed: it raised an exception.
        ConversionFailed: it refused (the sentence is its own), crashed, or took too long.
    """
    with writing(work):
        work.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{task}-", dir=work))
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        (folder / "scratch").mkdir()
    with as_file(SCRIPTS) as scripts:
        status = _run(environment, task, folder, scripts, timeout_s)
    answer = _answer(folder)
    if answer is None:
        raise ConversionFailed(_crash(status, folder, environment))
    if "refused" in answer:
        raise ConversionFailed(str(answer["refused"]))
    if "failed" in answer:
        if _NO_SPACE.search(answer["failed"]["message"]):
            raise full(folder)
        raise TaskFailed(str(answer["failed"]["kind"]), str(answer["failed"]["message"]))
    done: dict[str, Any] = answer["done"]
    return done


def _run(environment: Environment, task: str, folder: Path, scripts: Path, timeout_s: float) -> int:
    command = [
        *(str(environment.python), "-s", "-B", "-m", f"wherry_tasks.{task}"),
        *(str(folder / "request.json"), str(folder / "answer.json")),
    ]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=scripts,
            env=_environment(folder / "scratch"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ConversionFailed(
                f"{_writer(environment)} did not finish within {timeout_s / 60:.0f} minutes and "
                "was stopped."
            ) from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Take the whole group down, also after Ctrl-C, and whatever it started and left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(scratch: Path) -> dict[str, str]:
    passed_on = {k: v for k, v in os.environ.items() if _PASSED_ON.fullmatch(k)}
    folders = {"TMPDIR": str(scratch), "KERAS_HOME": str(scratch / "keras")}
    return passed_on | _SETTINGS | folders


def _answer(folder: Path) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return answer


def _crash(status: int, folder: Path, environment: Environment) -> str:
    said = _tail(folder / "output.txt")
    # A full disk is a signal for whoever writes through a mapping.
    if status == -signal.SIGBUS or _NO_SPACE.search(said) or _is_full(folder):
        return str(full(folder))
    writer = _writer(environment)
    if status == -signal.SIGKILL:
        return (
            f"{writer} was killed while it worked on the model, most likely because the memory of "
            "this machine did not suffice."
        )
    if status < 0:
        return f"{writer} crashed on the model ({signal.Signals(-status).name})."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1][:300].rstrip(".") if lines else f"exit status {status}"
    return f"{writer} failed on the model: {last}."


def _is_full(folder: Path) -> bool:
    """Whether not even a page more fits: then the task could not say so itself."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize < _PAGE_BYTES


def _writer(environment: Environment) -> str:
    for package in ("tensorflow-cpu", "tensorflow"):
        if package in environment.versions:
            return f"TensorFlow {environment.versions[package]}"
    return f"The {environment.name}"


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode("utf-8", "replace")
