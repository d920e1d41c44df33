"""Ask git, so that nothing of the repository's own configuration runs.

The repository may be a stranger's: no hook, no file monitor and no filter of it is started, which
also leaves Git LFS's pointers what they are.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from wherry.rehearse.push.pushed import PushFailed

_LONGEST_CALL_S: Final = 120.0
_QUIET: Final = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_FILTER: Final = re.compile(r"^filter\.(.+)\.(?:clean|smudge|process|required)$")
_CHUNK_BYTES: Final = 1 << 20


def call(folder: Path, *arguments: str) -> bytes:
    """Return what git prints.

    Raises:
        PushFailed: it is not installed, failed, or did not answer.
    """
    try:
        done = subprocess.run(
            ["git", *_QUIET, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_CALL_S,
            env=_environment(),
            check=False,
        )
    except FileNotFoundError:
        raise PushFailed(
            "git is not installed here, and a push takes what git has. Install git, or take the "
            "folder as it lies: --working-tree."
        ) from None
    except subprocess.TimeoutExpired:
        raise PushFailed(f"git did not answer within {_LONGEST_CALL_S:g} s.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        first = said[0] if said else f"exit status {done.returncode}"
        raise PushFailed(f"git said: {first.removeprefix('fatal: ')}")
    return done.stdout


def ask(folder: Path, *arguments: str) -> str:
    """Return the one line that git prints; "" where it fails."""
    try:
        return os.fsdecode(call(folder, *arguments)).strip()
    except PushFailed:
        return ""


def without_filters(folder: Path) -> tuple[str, ...]:
    """Return the options that switch every filter off that the configuration defines."""
    try:
        listed = call(folder, "config", "--list", "--name-only", "-z")
    except PushFailed:
        return ()
    found = (_FILTER.match(name) for name in os.fsdecode(listed).split("\0"))
    options: list[str] = []
    for name in sorted({match[1] for match in found if match and "=" not in match[1]}):
        for key, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")):
            options += ["-c", f"filter.{name}.{key}={value}"]
    return tuple(options)


class Blobs:
    """The contents of a repository's objects, read one after the other."""

    def __init__(self, pipe_in: IO[bytes], pipe_out: IO[bytes]) -> None:
        self._in = pipe_in
        self._out = pipe_out

    def copy(self, oid: str, into: IO[bytes]) -> tuple[int, bytes]:
        """Write an object into a file; return its size, and its first bytes.

        Raises:
            PushFailed: it is not there.
        """
        self._in.write(oid.encode("ascii") + b"\n")
        self._in.flush()
        header = self._out.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise PushFailed(
                f"The repository has no content for the object {oid[:12]}: it may be a partial "
                "clone. Fetch all of it (git fetch --refetch), or use --working-tree."
            )
        size = left = int(header[2])
        head = b""
        while left:
            chunk = self._out.read(min(left, _CHUNK_BYTES))
            if not chunk:
                raise PushFailed("git ended in the middle of a file.")
            head = head or chunk[:_CHUNK_BYTES]
            left -= len(chunk)
            into.write(chunk)
        self._out.read(1)
        return size, head


@contextmanager
def blobs(folder: Path) -> Iterator[Blobs]:
    """Give access to a repository's objects."""
    process = subprocess.Popen(
        ["git", *_QUIET, "cat-file", "--batch"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise PushFailed("git gave no way to read from it.")
        yield Blobs(process.stdin, process.stdout)
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.kill()
        process.wait()


def paths(data: bytes) -> Sequence[str]:
    """Return what git separates by zeros."""
    return [os.fsdecode(path) for path in data.split(b"\0") if path]


def _environment() -> dict[str, str]:
    own = {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
    # Set while a hook runs, these would lead to another repository.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, **own}
