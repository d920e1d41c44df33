"""Install a dependency set with the real pip, and weigh what it becomes."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.slug.interpreters import interpreter
from benchmarks.slug.sets import DependencySet

_TIMEOUT_S: Final = 3600
LEVELS: Final = (1, 6, 9)
_FILES: Final = (
    "import importlib.metadata as m, json\n"
    "print(json.dumps({d.metadata['Name']: [str(f.locate()) for f in d.files or ()] "
    "for d in m.distributions()}))"
)


@dataclass(frozen=True, slots=True)
class Built:
    """A set that is installed.

    Attributes:
        home: The Python's folder, which a slug holds whole.
        wheels: The address that pip took each package from, by name and version.
    """

    home: Path
    program: Path
    wheels: tuple[dict[str, Any], ...]


def build(wanted: DependencySet, folder: Path) -> Built:
    """Install the set into a fresh interpreter in the folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    home = folder / "python"
    program = interpreter(wanted.python, home)
    report = folder / "report.json"
    subprocess.run(
        [
            *(program, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--prefer-binary"),
            *("--no-warn-script-location", "--root-user-action", "ignore"),
            *("--report", report, *wanted.requirements),
        ],
        check=True,
        timeout=_TIMEOUT_S,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=sys.stderr,
    )
    told = json.loads(report.read_text())
    return Built(home, program, tuple(_wheel(entry) for entry in told["install"]))


def _wheel(entry: dict[str, Any]) -> dict[str, Any]:
    metadata = entry["metadata"]
    return {
        "name": metadata["name"],
        "version": metadata["version"],
        "url": entry["download_info"]["url"],
    }


def slug_bytes(home: Path, level: int = 6) -> int:
    """Return the size of the folder as the platform packs it: tar, then gzip."""
    archive = subprocess.Popen(
        ["tar", "--sort=name", "--owner=0", "--group=0", "-cf", "-", "-C", home.parent, home.name],
        stdout=subprocess.PIPE,
    )
    packed = subprocess.Popen(["gzip", f"-{level}"], stdin=archive.stdout, stdout=subprocess.PIPE)
    assert archive.stdout is not None
    assert packed.stdout is not None
    archive.stdout.close()
    size = 0
    while chunk := packed.stdout.read(1 << 20):
        size += len(chunk)
    if archive.wait() or packed.wait():
        raise RuntimeError(f"{home} could not be packed")
    return size


def distributions(built: Built) -> dict[str, list[Path]]:
    """Return the files of each package that is installed, bytecode included."""
    told = subprocess.run(
        [built.program, "-c", _FILES], check=True, capture_output=True, text=True
    ).stdout
    return {
        name: [Path(path) for path in paths if Path(path).is_file()]
        for name, paths in json.loads(told).items()
    }


def packed_bytes(paths: Iterable[Path], levels: Sequence[int] = (6,)) -> dict[int, int]:
    """Return what these files come to at each level of gzip, as one stream of tar."""
    counters = {level: _Counter(level) for level in levels}
    for path in sorted(paths):
        header = tarfile.TarInfo(str(path).lstrip("/"))
        header.size = path.stat().st_size
        packed_header = header.tobuf(tarfile.GNU_FORMAT)
        padding = b"\0" * (-header.size % tarfile.BLOCKSIZE)
        with path.open("rb") as file:
            for counter in counters.values():
                counter.add(packed_header)
            while chunk := file.read(1 << 20):
                for counter in counters.values():
                    counter.add(chunk)
        for counter in counters.values():
            counter.add(padding)
    return {level: counter.total() for level, counter in counters.items()}


class _Counter:
    """How many bytes a stream becomes."""

    def __init__(self, level: int) -> None:
        self._stream = zlib.compressobj(level)
        self._bytes = 0

    def add(self, data: bytes) -> None:
        self._bytes += len(self._stream.compress(data))

    def total(self) -> int:
        return self._bytes + len(self._stream.flush())
