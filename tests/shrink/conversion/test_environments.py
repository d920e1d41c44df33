import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wherry.dependencies import interpreters, uv_program
from wherry.errors import ConversionFailed
from wherry.shrink.conversion import environments
from wherry.shrink.conversion.environments import NoPython, NothingFits, make
from wherry.shrink.conversion.uv import UvFailed

_OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
_SIX = ["six==1.16.0"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WHERRY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "environments"


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What was found once is looked for again."""
    found = (interpreters._find, interpreters._managed, uv_program.find_uv)
    for function in found:
        function.cache_clear()
    yield
    for function in found:
        function.cache_clear()


def test_an_environment_holds_what_was_asked_for_and_is_made_once(cache: Path) -> None:
    said: list[str] = []

    made = make("small", _SIX, _OWN, modules=["six"], say=said.append)
    again = make("small", _SIX, _OWN, modules=["six"], say=said.append)

    assert again == made
    assert said == [f"Installing six==1.16.0 for Python {_OWN} (once)."]
    assert made.versions["six"] == "1.16.0"
    assert made.versions["python"].startswith(_OWN)
    assert subprocess.run([made.python, "-c", "import six"], check=False).returncode == 0
    assert [path.name for path in cache.iterdir()] == [made.python.parents[1].name]


def test_a_project_around_it_does_not_reach_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\noverride-dependencies = ["six==1.15.0"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "of-the-user"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert make("small", _SIX, _OWN).versions["six"] == "1.16.0"
    assert not (tmp_path / "of-the-user").exists()


def test_what_was_interrupted_is_never_used_and_taken_away(cache: Path) -> None:
    made = make("small", _SIX, _OWN)
    folder = made.python.parents[1]
    (folder / "wherry-environment.json").unlink()
    left = cache / ".making-999999999-abc"
    (left / "environment").mkdir(parents=True)
    busy = cache / f".making-{os.getpid()}-abc"
    busy.mkdir()

    again = make("small", _SIX, _OWN)

    assert json.loads((folder / "wherry-environment.json").read_text())["versions"]["six"]
    assert again == made
    assert not left.exists()
    assert busy.exists()


def test_an_environment_whose_python_is_gone_is_made_anew() -> None:
    made = make("small", _SIX, _OWN)
    made.python.unlink()

    assert make("small", _SIX, _OWN).python.exists()


def test_failing_leaves_nothing_behind(cache: Path) -> None:
    with pytest.raises(NothingFits, match=r"nothing that fits \(there is no version of six==99\b"):
        make("small", ["six==99"], _OWN)
    with pytest.raises(ConversionFailed, match=r"does not work on this machine: .*no_such_module"):
        make("small", _SIX, _OWN, modules=["no_such_module"])

    assert list(cache.iterdir()) == []


def test_no_python_of_that_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")

    with pytest.raises(NoPython, match=r"This needs Python 3\.3 or 3\.2; .*pyenv install 3\.3"):
        make("old", _SIX, ["3.3", "3.2"])


def test_a_python_that_is_here_is_taken_before_another_is_downloaded() -> None:
    assert make("either", _SIX, ["3.3", _OWN]).versions["python"].startswith(_OWN)


@pytest.mark.usefixtures("forgetful")
def test_no_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(uv_program, "_of_this_environment", lambda: None)
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ConversionFailed, match=r'uv was not found.*pip install "wherry\[shrink\]"'):
        make("small", _SIX, _OWN)


def test_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERRY_CACHE", "/proc/wherry")

    with pytest.raises(ConversionFailed, match=r"cannot be written to: .*set WHERRY_CACHE"):
        make("small", _SIX, _OWN)


def test_no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))

    with pytest.raises(ConversionFailed, match="the package index cannot be reached"):
        make("small", _SIX, _OWN)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: No space left on device (os error 28)", "There is no space left on the disk"),
        ("error: something else\n  cause: that", "could not be installed for the conversion: some"),
    ],
)
def test_what_uv_says_becomes_a_sentence(
    said: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = environments.run_uv

    def failing(arguments: list[str]) -> str:
        if "install" in arguments:
            raise UvFailed(said)
        return run(arguments)

    monkeypatch.setattr(environments, "run_uv", failing)

    with pytest.raises(ConversionFailed, match=sentence):
        make("small", _SIX, _OWN)


@pytest.mark.usefixtures("forgetful")
def test_a_name_on_path_that_only_prints_an_error_is_no_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "shims" / "python3.3"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'python3.3: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    other = tmp_path / "other" / "python3.3"
    other.parent.mkdir()
    other.symlink_to(sys.executable)  # says that it is another version
    monkeypatch.setenv("PATH", f"{shim.parent}:{other.parent}:{os.environ['PATH']}")

    assert interpreters.find_python("3.3") is None


def test_this_python_is_found() -> None:
    assert interpreters.find_python(_OWN) is not None
