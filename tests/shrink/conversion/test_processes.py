import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from wherry.errors import ConversionFailed
from wherry.shrink.conversion import processes
from wherry.shrink.conversion.environments import Environment
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.conversion.scripts import wherry_tasks

_HERE = Environment("here", Path(sys.executable), {"tensorflow-cpu": "2.21.0"})
_TASK = """
import os, sys, time, signal, subprocess
from pathlib import Path
from .task import Refused, run_task

def work(request):
    print("noise")
    print("more noise", file=sys.stderr)
    {body}

run_task(work)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a task whose function has the given body."""
    package = tmp_path / "scripts" / "wherry_tasks"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "task.py").symlink_to(Path(wherry_tasks.__file__).with_name("task.py"))
    monkeypatch.setattr(processes, "SCRIPTS", package.parent)

    def run(body: str, timeout_s: float = 60) -> dict[str, object]:
        (package / "own.py").write_text(_TASK.format(body=body))
        return run_task(_HERE, "own", {"a": 1}, tmp_path / "work", timeout_s=timeout_s)

    return run


def test_an_answer_comes_back_and_the_noise_does_not(run, capfd) -> None:  # type: ignore[no-untyped-def]
    assert run("return {'b': request['a'] + 1}") == {"b": 2}
    assert capfd.readouterr() == ("", "")


def test_a_refusal_is_a_sentence(run) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConversionFailed, match=r"^It is so\.$"):
        run("raise Refused('It is so.')")


def test_an_exception_keeps_its_class(run) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TaskFailed, match="'missing'") as caught:
        run("return {}['missing']")

    assert caught.value.kind == "KeyError"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "TensorFlow 2.21.0 crashed on the model (SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the memory of this machine did not suffice"),
        ("os.kill(os.getpid(), signal.SIGBUS)", "There is no space left on the disk of"),
        ("sys.stderr.write('bad things.\\n'); os._exit(3)", "failed on the model: bad things."),
        ("raise OSError(28, 'No space left on device')", "There is no space left on the disk of"),
    ],
)
def test_a_crash_is_a_sentence(run, body: str, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConversionFailed) as caught:
        run(body)

    assert sentence in str(caught.value)


def test_what_takes_too_long_is_stopped_with_all_that_it_started(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = tmp_path / "pid"

    with pytest.raises(ConversionFailed, match="did not finish within"):
        run(
            "child = subprocess.Popen(['sleep', '600']); "
            f"Path({str(told)!r}).write_text(str(child.pid)); time.sleep(600)",
            timeout_s=2,
        )

    assert _is_gone(int(told.read_text()))


def test_ctrl_c_stops_it(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    # Where these tests run in the background of a shell, Ctrl-C would be ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    told = tmp_path / "pid"
    body = f"Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(600)"
    watcher = threading.Thread(target=_interrupt_once_written, args=[told])
    watcher.start()

    try:
        with pytest.raises(KeyboardInterrupt):
            run(body)
    finally:
        signal.signal(signal.SIGINT, before)

    watcher.join()
    assert _is_gone(int(told.read_text()))


def _interrupt_once_written(path: Path) -> None:
    pause = threading.Event()
    for _ in range(600):
        if path.exists() and path.read_text():
            break
        pause.wait(0.05)
    os.kill(os.getpid(), signal.SIGINT)


def _is_gone(pid: int) -> bool:
    """Whether a process that was killed is gone, which takes the kernel a moment."""
    pause = threading.Event()
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        pause.wait(0.05)
    return False


def test_it_knows_nothing_of_credentials_nor_of_the_users_settings(  # type: ignore[no-untyped-def]
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")

    seen = run("return dict(os.environ)")

    assert not {"SECRET_KEY", "PYTHONPATH", "TF_USE_LEGACY_KERAS"} & set(seen)
    assert seen["CUDA_VISIBLE_DEVICES"] == "-1"
    assert seen["PYTHONHASHSEED"] == "0"
    assert Path(seen["TMPDIR"]).is_relative_to(Path(seen["KERAS_HOME"]).parent)
