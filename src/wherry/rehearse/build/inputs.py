"""What the installed packages depend on: the texts that name them, and how firmly they do."""

import hashlib
import posixpath
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.build.packing import scan

_FILES: Final = {
    "pip": ("requirements.txt",),
    "pipenv": ("Pipfile", "Pipfile.lock"),
    "poetry": ("poetry.lock", "pyproject.toml"),
    "uv": ("uv.lock", "pyproject.toml", "uv.toml", ".python-version"),
}
_INCLUDED: Final = re.compile(
    r"^\s*(?:-r|-c|--requirement|--constraint)[\s=]+[\"']?([^\s\"']+)", re.MULTILINE
)
_LOCAL: Final = re.compile(
    r"^\s*(?:(?:-e|--editable)[\s=]*)?(?:\.|/|file:)|^\s*(?:-e|--editable)[\s=]*[^\s:]+$"
    r"|@\s*file:|^\s*--find-links[\s=]+\.|^\s*-f\s+\.",
    re.MULTILINE,
)
# pip looks for a path from the root, whichever file names it.
_ARCHIVE: Final = re.compile(
    r"^[ \t]*(?:\./)?([\w.+/-]+\.(?:whl|zip|tar\.gz))(?:\[[\w, .-]*\])?[ \t]*(?:[;#].*)?$",
    re.MULTILINE,
)
_REPOSITORY: Final = re.compile(r"(?:git|hg|svn|bzr)\+[a-z]")
_A_DAY_S: Final = 86400.0
_MOST_FILES: Final = 200
_LONGEST_BYTES: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a layer of installed packages is made from.

    Attributes:
        digests: Of every text that names packages, by its path.
        oldest_s: How long what was installed from them is good; None for ever.
    """

    digests: tuple[tuple[str, str], ...]
    oldest_s: float | None


def read_inputs(root: Path, manager: str) -> Inputs:
    """Return what the packages of this build depend on."""
    texts = dict(_texts(root, manager))
    joined = b"\n".join(texts.values()).decode("utf-8", "replace")
    digests = [(path, hashlib.sha256(data).hexdigest()) for path, data in texts.items()]
    if manager == "pip":
        archives = dict(_archives(root, joined))
        digests += archives.items()
        joined = _ARCHIVE.sub(lambda line: "" if line[1] in archives else line[0], joined)
    if _LOCAL.search(joined) or _is_package(root, manager):
        # The project itself is installed, or a part of it.
        digests.append(("", tree_digest(root)))
    oldest = None if manager != "pip" or _hashed(joined) else _A_DAY_S
    if manager == "pip" and _REPOSITORY.search(joined):
        # A branch may have moved since.
        oldest = 0.0
    return Inputs(tuple(sorted(digests)), oldest)


def _texts(root: Path, manager: str) -> Iterator[tuple[str, bytes]]:
    waiting = list(_FILES[manager])
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_FILES:
        path = posixpath.normpath(waiting.pop())
        if path in seen or path.startswith(("..", "/")):
            continue
        seen.add(path)
        place = root / path
        if not place.is_file() or not place.resolve().is_relative_to(root.resolve()):
            continue
        data = place.read_bytes()[:_LONGEST_BYTES]
        yield path, data
        if manager == "pip":
            home = posixpath.dirname(path)
            names = _INCLUDED.findall(data.decode("utf-8", "replace"))
            waiting += [posixpath.join(home, name) for name in names]


def _archives(root: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield the project's own files that are installed as they are, and their digests."""
    for path in _ARCHIVE.findall(text):
        place = root / path
        if place.is_file() and place.resolve().is_relative_to(root.resolve()):
            with place.open("rb") as file:
                yield path, hashlib.file_digest(file, "sha256").hexdigest()


def _hashed(text: str) -> bool:
    """Whether every package is pinned by the hash of its file, dependencies included."""
    return "--hash=" in text


def _is_package(root: Path, manager: str) -> bool:
    """Whether the manager installs the project itself beside what it depends on."""
    if manager not in ("poetry", "uv"):
        return False
    try:
        text = (root / "pyproject.toml").read_text("utf-8", "replace")
    except OSError:
        return False
    return "[build-system]" in text or "[tool.uv.sources]" in text or "path =" in text


def tree_digest(root: Path) -> str:
    """Return a digest of all files below a folder: names, contents, and whether they run."""
    digest = hashlib.blake2b(digest_size=20)
    for path in sorted(scan(root)):
        place = root / path
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            what = f"link {place.readlink()}"
        elif stat.S_ISREG(status.st_mode):
            with place.open("rb") as file:
                content = hashlib.file_digest(file, "blake2b").hexdigest()
            what = f"file {status.st_mode & stat.S_IXUSR} {content}"
        else:
            continue
        digest.update(f"{path}\0{what}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
