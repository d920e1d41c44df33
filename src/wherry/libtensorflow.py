"""What a folder with TensorFlow's libraries holds: file names, and the stamp that names them.

The two libraries come from an ordinary TensorFlow wheel. A folder that Wherry made of them has a
stamp beside them; an installed wheel has none.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wherry.errors import RuntimeMissing

CC_LIBRARY = "libtensorflow_cc.so.2"
FRAMEWORK_LIBRARY = "libtensorflow_framework.so.2"
LIBRARIES = (CC_LIBRARY, FRAMEWORK_LIBRARY)
STAMP = "libtensorflow.json"

FETCH_FOLDER = Path(".wherry", "tensorflow")
"""Where the fetched libraries lie, from the folder that the project is run in."""

FETCH_COMMAND = "wherry tensorflow fetch"


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """Size and digest of one library."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which TensorFlow the libraries of a folder are of, and what they must be."""

    version: str
    wheel: str
    wheel_sha256: str
    files: Mapping[str, LibraryFile]

    def __str__(self) -> str:
        size_mb = sum(file.size_bytes for file in self.files.values()) / 1e6
        return f"TensorFlow {self.version}, {size_mb:.0f} MB"

    def write(self, folder: Path) -> None:
        """Write the stamp into the folder. Equal stamps give equal bytes."""
        content = {
            "version": self.version,
            "wheel": {"name": self.wheel, "sha256": self.wheel_sha256},
            "files": {
                name: {"size_bytes": file.size_bytes, "sha256": file.sha256}
                for name, file in sorted(self.files.items())
            },
        }
        (folder / STAMP).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_stamp(folder: Path) -> Stamp | None:
    """Read the folder's stamp; None where there is none.

    Raises:
        RuntimeMissing: the stamp cannot be read.
    """
    path = folder / STAMP
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Stamp(
            version=str(content["version"]),
            wheel=str(content["wheel"]["name"]),
            wheel_sha256=str(content["wheel"]["sha256"]),
            files={
                str(name): LibraryFile(int(file["size_bytes"]), str(file["sha256"]))
                for name, file in content["files"].items()
            },
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RuntimeMissing(f"{path} cannot be read. {_again(folder)}") from None


def check_sizes(folder: Path) -> Stamp | None:
    """Check that both libraries are in the folder and, if it has a stamp, of the stamp's sizes.

    Cheap enough for every load. Returns the stamp, None where there is none.

    Raises:
        RuntimeMissing: a library is missing or was cut short.
    """
    stamp = read_stamp(folder)
    for name in LIBRARIES:
        path = folder / name
        if not path.is_file():
            raise RuntimeMissing(f"{folder} holds no {name}. {_again(folder)}")
        size_bytes = path.stat().st_size
        if stamp is not None and size_bytes != _expected(stamp, folder, name).size_bytes:
            raise RuntimeMissing(
                f"{path} has {size_bytes:,} bytes where "
                f"{_expected(stamp, folder, name).size_bytes:,} were written. {_again(folder)}"
            )
    return stamp


def check_hashes(folder: Path) -> Stamp:
    """Check both libraries of a fetched folder byte for byte.

    Raises:
        RuntimeMissing: a library or the stamp is missing, or a library has changed.
    """
    stamp = check_sizes(folder)
    if stamp is None:
        raise RuntimeMissing(f"{folder} has no {STAMP} to check its libraries by. {_again(folder)}")
    for name in LIBRARIES:
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _expected(stamp, folder, name).sha256:
            raise RuntimeMissing(f"{folder / name} has changed since it was made. {_again(folder)}")
    return stamp


def _expected(stamp: Stamp, folder: Path, name: str) -> LibraryFile:
    try:
        return stamp.files[name]
    except KeyError:
        raise RuntimeMissing(
            f"{folder / STAMP} does not speak of {name}. {_again(folder)}"
        ) from None


def _again(folder: Path) -> str:
    target = "" if folder.absolute() == FETCH_FOLDER.absolute() else f" --to {folder}"
    return f"Run `{FETCH_COMMAND}{target}` to make it anew."
