"""Fetching TensorFlow's libraries: from the package index, and from one that misbehaves."""

import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
import pytest

from tests.environments import CACHE
from tests.tensorflow_libraries import libraries
from wherry import cli
from wherry.dependencies import libtensorflow, wheels
from wherry.dependencies.libtensorflow import fetch
from wherry.dependencies.wheels import Wheel, WheelTable, wheel_of
from wherry.errors import RuntimeMissing
from wherry.libtensorflow import LIBRARIES, check_hashes, read_stamp

NAME = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl"
METADATA = "tensorflow_cpu-2.21.0.dist-info"
(EXTENSION,) = Path(numpy.__file__).parent.glob("random/_pcg64*.so")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep the requests out of the tests' output."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a package index of one project; yield its folder and its address."""
    folder = tmp_path / "index" / "simple" / "tensorflow-cpu"
    folder.mkdir(parents=True)
    handler = partial(_Quiet, directory=str(tmp_path / "index"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["pip", "uv"])
def installer(
    request: pytest.FixtureRequest, index: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Leave one installer to be found, pointed at the local index by its own setting."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    if request.param == "pip":
        monkeypatch.setenv("PYTHONPATH", str(_pip()))
        monkeypatch.syspath_prepend(str(_pip()))
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", index[1])
        monkeypatch.setenv("PIP_RETRIES", "0")
    else:
        monkeypatch.setitem(sys.modules, "pip", None)
        monkeypatch.setenv("UV_NO_CONFIG", "1")
        monkeypatch.setenv("UV_DEFAULT_INDEX", index[1])
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return str(request.param)


def _pip() -> Path:
    folder = CACHE / "pip"
    if not (folder / "pip" / "__main__.py").is_file():
        command = ["uv", "pip", "install", "--quiet", "--target", str(folder), "pip"]
        subprocess.run(command, check=True, timeout=120)
    return folder


def publish(folder: Path, members: dict[str, bytes]) -> str:
    """Put a wheel of these files into the index; return its sha256."""
    path = folder / NAME
    fixed = {
        f"{METADATA}/METADATA": b"Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n",
        f"{METADATA}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
        b"Tag: cp311-cp311-manylinux_2_27_x86_64\n",
    }
    names = [*members, *fixed, f"{METADATA}/RECORD"]
    fixed[f"{METADATA}/RECORD"] = "".join(f"{name},,\n" for name in names).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | fixed).items():
            archive.writestr(name, content)
    (folder / "index.html").write_text(f'<a href="{NAME}">{NAME}</a>')
    return hashlib.sha256(path.read_bytes()).hexdigest()


def expect(monkeypatch: pytest.MonkeyPatch, sha256: str) -> None:
    """Let the table speak of the wheel in the local index."""
    table = wheels.table()
    changed = WheelTable(table.python, table.platforms, (Wheel("2.21.0", NAME, sha256),))
    monkeypatch.setattr(wheels, "table", lambda: changed)
    monkeypatch.setattr(libtensorflow, "table", lambda: changed)


def refused(target: Path) -> str:
    """Fetch into the folder, which must fail and leave everything as it was."""
    target.mkdir()
    before = sorted(target.parent.iterdir())
    with pytest.raises(RuntimeMissing) as caught:
        fetch("2.21.0", target)
    assert sorted(target.parent.iterdir()) == before
    assert list(target.iterdir()) == []
    return str(caught.value)


def test_fetched_folder_is_whole_and_says_what_it_is() -> None:
    """Only the two libraries, hashes that fit, and a guard against committing them."""
    folder = libraries("2.21")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*LIBRARIES, "libtensorflow.json", ".gitignore"]
    )
    stamp = check_hashes(folder)
    assert stamp.version == "2.21.0"
    assert stamp.wheel_sha256 == wheel_of("2.21").sha256
    assert sum(file.size_bytes for file in stamp.files.values()) < 650_000_000


def test_fetching_again_downloads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build step that runs each time costs a second."""
    folder = libraries("2.21")
    before = (folder / LIBRARIES[0]).stat()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pip", None)
    assert fetch("2.21", folder) == read_stamp(folder)
    assert (folder / LIBRARIES[0]).stat() == before


def test_command_line_says_where_and_checks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``wherry tensorflow where`` and ``check``."""
    folder = str(libraries("2.21"))
    monkeypatch.setenv("WHERRY_TENSORFLOW", folder)
    assert cli.main(["tensorflow", "where"]) == 0
    assert cli.main(["tensorflow", "check"]) == 0
    assert cli.main(["tensorflow", "fetch", "--version", "2.21", "--to", folder]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith(f"{folder}: TensorFlow 2.21.0, 634 MB") for line in lines] == [True] * 3


@pytest.mark.parametrize("version", ["2.12.1", "2.12", "2.15", "2.21", "2.21.0"])
def test_versions_are_known_in_full_and_by_their_minor(version: str) -> None:
    """The last patch of each minor version."""
    assert wheel_of(version).version.startswith(version)


@pytest.mark.parametrize("version", ["2.11", "3.0", "2.1", "", "latest", "2.21.0 --index-url x"])
def test_other_versions_are_refused_with_those_there_are(version: str) -> None:
    """Also what is no version at all."""
    with pytest.raises(RuntimeMissing, match=r"Choose one of: 2\.12\.1, .*2\.21\.0\."):
        fetch(version)


def test_every_wheel_of_the_table_has_its_digest() -> None:
    """Each once, oldest first, for Linux on x86_64."""
    table = wheels.table()
    assert [wheel.version.split(".")[1] for wheel in table.wheels] == [
        str(minor) for minor in range(12, 22)
    ]
    assert len({wheel.sha256 for wheel in table.wheels}) == len(table.wheels)
    for wheel in table.wheels:
        assert len(bytes.fromhex(wheel.sha256)) == 32
        assert wheel.name.startswith(f"tensorflow_cpu-{wheel.version}-cp311-cp311-manylinux")
        assert wheel.name.endswith("x86_64.whl")


@pytest.mark.usefixtures("installer")
def test_wheel_of_another_hash_is_refused(index: tuple[Path, str], tmp_path: Path) -> None:
    """Replaced, or damaged on its way."""
    publish(index[0], {f"tensorflow/{name}": b"library" for name in LIBRARIES})
    assert "is not the expected one" in refused(tmp_path / "target")


@pytest.mark.usefixtures("installer")
def test_wheel_cut_short_is_refused(
    index: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke."""
    members = {f"tensorflow/{name}": os.urandom(500_000) for name in LIBRARIES}
    expect(monkeypatch, publish(index[0], members))
    path = index[0] / NAME
    path.write_bytes(path.read_bytes()[:700_000])
    assert refused(tmp_path / "target").endswith(".")


@pytest.mark.usefixtures("installer")
def test_index_without_the_version_is_said(index: tuple[Path, str], tmp_path: Path) -> None:
    """A company's index that mirrors a part."""
    (index[0] / "index.html").write_text("")
    message = refused(tmp_path / "target")
    assert message.startswith("tensorflow-cpu 2.21.0 could not be downloaded: ")


@pytest.mark.usefixtures("installer")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "holds no usable libtensorflow_cc.so.2"),
        (b"no library", "holds no usable libtensorflow_cc.so.2"),
        (EXTENSION.read_bytes(), "do not load on this machine"),
    ],
)
def test_wheel_without_usable_libraries_is_refused(
    content: bytes | None,
    said: str,
    index: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its hash is right, and yet: no library, no ELF file, or a library of something else."""
    members = {f"tensorflow/{name}": content for name in LIBRARIES if content is not None}
    expect(monkeypatch, publish(index[0], members))
    assert said in refused(tmp_path / "target")


def test_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    """A mistyped --to must not cost somebody their files."""
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(RuntimeMissing, match="was not made by this command"):
        fetch("2.21", tmp_path)
    with pytest.raises(RuntimeMissing, match="is not a folder"):
        fetch("2.21", tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "important"


def test_no_installer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither pip nor uv: a bare image."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setitem(sys.modules, "pip", None)
    assert "Neither pip nor uv" in refused(tmp_path / "target")


@pytest.mark.parametrize(
    ("system", "machine", "said"),
    [
        ("linux", "aarch64", "no tensorflow-cpu wheel for Linux on aarch64. Install tensorflow"),
        ("darwin", "arm64", "for Linux on x86_64, and this is"),
        ("win32", "AMD64", "for Linux on x86_64, and this is"),
    ],
)
def test_other_machines_are_told_what_works_there(
    system: str, machine: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is downloaded."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(RuntimeMissing, match=said.replace(".", r"\.")):
        fetch("2.21")
