"""What was installed before, kept as a finished piece of a slug: checked by its checksum, whole.

A layer is one archive and a description. It is moved to its place when both are complete, is
never written to again, and is not used where its checksum is another than was noted.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from wherry.rehearse.build.running import Deadline, Environment, run

# What is kept is of no use to a Wherry that builds otherwise: raised with every such change.
_FORMAT: Final = 2
_ARCHIVE: Final = "archive.tgz"
_DESCRIPTION: Final = "layer.json"
_MOST_KEPT: Final = 8
_MOST_BYTES: Final = 4_000_000_000
_UNPACK_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that can be used.

    Attributes:
        archive: One or more gzip members of a tar, without the tar's end.
        notes: What was noted with it.
    """

    archive: Path
    notes: dict[str, Any]


def key_of(*parts: object) -> str:
    """Return the key of what depends on these parts and nothing else."""
    text = orjson.dumps([_FORMAT, *parts], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:24]


class Layers:
    """The layers in one folder."""

    def __init__(self, folder: Path, kept: int = _MOST_KEPT) -> None:
        self._folder = folder
        self._kept = kept

    def find(self, key: str, oldest_s: float | None = None) -> Layer | None:
        """Return the layer of that key; None where there is none that can be trusted.

        Args:
            key: What ``key_of`` returned.
            oldest_s: Up to which age it is good; None for any.
        """
        place = self._folder / key
        try:
            description = orjson.loads((place / _DESCRIPTION).read_bytes())
            made_at, notes = float(description["made_at"]), dict(description["notes"])
            if oldest_s is not None and not 0 <= time.time() - made_at <= oldest_s:
                return None
            sound = _digest(place / _ARCHIVE) == description["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not sound:
            shutil.rmtree(place, ignore_errors=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(place)
        return Layer(place / _ARCHIVE, notes)

    def save(self, key: str, write: Callable[[Path], dict[str, Any]]) -> Layer:
        """Keep what ``write`` puts into the file that it is given; it returns what to note.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        sweep(self._folder)
        place = self._folder / key
        with tempfile.TemporaryDirectory(
            prefix="making-",
            suffix=f"-pid{os.getpid()}",
            dir=self._folder,
            ignore_cleanup_errors=True,
        ) as name:
            made = Path(name, "layer")
            made.mkdir()
            notes = write(made / _ARCHIVE)
            description = {
                "made_at": time.time(),
                "sha256": _digest(made / _ARCHIVE),
                "notes": notes,
            }
            (made / _DESCRIPTION).write_bytes(orjson.dumps(description))
            with contextlib.suppress(FileNotFoundError):
                place.rename(Path(name, "replaced"))
            # Where another run is at the same point, either's is as good.
            with contextlib.suppress(FileExistsError):
                made.rename(place)
        self._forget()
        return Layer(place / _ARCHIVE, notes)

    def _forget(self) -> None:
        """Take away what has not been used for the longest time."""
        found = [path for path in self._folder.iterdir() if (path / _DESCRIPTION).is_file()]
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for number, path in enumerate(found):
            total += (path / _ARCHIVE).stat().st_size
            # The one that was just made stays, however large it is.
            if number and (number >= self._kept or total > _MOST_BYTES):
                shutil.rmtree(path, ignore_errors=True)


def unpack(archive: Path, into: Path) -> bool:
    """Unpack a layer, whose names begin with ``./app/``, into the app's own folder."""
    environment = Environment(into, {"PATH": os.defpath, "LC_ALL": "C"})
    command: list[str | Path] = [
        *("tar", "--extract", "--gzip", "--strip-components=2"),
        *("--no-same-owner", "--file", archive, "--directory", into),
    ]
    said: list[str] = []
    return run(command, environment, said.append, Deadline.after(_UNPACK_S)) == 0


def sweep(folder: Path) -> None:
    """Take away what processes left behind that were killed; their numbers are in the names."""
    for path in folder.glob("*-pid*"):
        owner = path.name.rpartition("-pid")[2]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
