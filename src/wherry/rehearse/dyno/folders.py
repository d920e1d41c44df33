"""A dyno's folders on this machine, and the slug unpacked into them."""

import os
import re
import shutil
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from wherry.errors import WherryError
from wherry.rehearse.dyno.inside.removing import remove_tree

APP: Final = "/app"
_CHUNK_BYTES: Final = 1024 * 1024
# So much of the disk is left to the machine whatever a slug unpacks to.
KEPT_FREE_BYTES: Final = 512 * 1024 * 1024
_SAID_BYTES: Final = 4096
# The longest file that is taken for a start script.
_SCRIPT_BYTES: Final = 1024 * 1024


class UnpackFailed(WherryError):
    """The slug could not be unpacked."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where one dyno lives; thrown away with it.

    Attributes:
        top: Holds the others.
        uid: Who owns them; None for the one who started Wherry.
    """

    top: Path
    uid: int | None = None

    @property
    def app(self) -> Path:
        """What the dyno sees as /app, or what it writes there where the slug is below it."""
        return self.top / "app"

    @property
    def temporary(self) -> Path:
        """What it sees as /tmp."""
        return self.top / "tmp"

    @property
    def scratch(self) -> Path:
        """What an overlay works in."""
        return self.top / "scratch"

    @property
    def root(self) -> Path:
        """Where its own root is mounted; empty to everyone else."""
        return self.top / "root"

    def make(self) -> None:
        """Make them.

        Raises:
            UnpackFailed: the disk or its owner does not let them be made.
        """
        try:
            for folder in (self.top, self.app, self.temporary, self.scratch, self.root):
                folder.mkdir(parents=True)
                folder.chmod(0o755)
                if self.uid is not None:
                    os.chown(folder, self.uid, self.uid)
            self.temporary.chmod(0o1777)
        except OSError as error:
            raise UnpackFailed(f"No folder can be made for the dyno: {error.strerror}.") from None

    def remove(self) -> None:
        """Remove them, with whatever is in them."""
        remove_tree(self.top)


def in_memory(folder: Path, proc: Path = Path("/proc/self")) -> bool:
    """Whether what is written into a folder takes memory, not disk."""
    try:
        mounts = (proc / "mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    kinds = {
        fields[1].encode().decode("unicode_escape"): fields[2]
        for fields in (line.split(" ") for line in mounts)
    }
    path = folder.resolve()
    nearest = next((str(top) for top in (path, *path.parents) if str(top) in kinds), "/")
    return kinds.get(nearest) in ("tmpfs", "ramfs")


def unpack(slug: Path, folders: Folders, given_up: threading.Event | None = None) -> None:
    """Unpack the slug's ``app`` as the dyno's user, who is all that its names can act as.

    Args:
        slug: A gzip-compressed tar.
        folders: Where its ``app`` goes.
        given_up: Ends it from another thread.

    Raises:
        UnpackFailed: it is no slug, or larger than the disk; or it was given up.
    """
    process = subprocess.Popen(
        ["tar", "-x", "-f", "-", "./app"],
        cwd=folders.top,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        umask=0o022,
        start_new_session=True,
        user=folders.uid,
        group=folders.uid,
        extra_groups=None if folders.uid is None else [],
    )
    said = b""
    try:
        if process.stdin is not None and process.stderr is not None:
            _feed(process.stdin, slug, folders.top, given_up or threading.Event())
            said = process.stderr.read(_SAID_BYTES)
    except BaseException:
        process.kill()
        raise
    finally:
        status = process.wait()
        if process.stderr:
            process.stderr.close()
    if status != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        reason = lines[0] if lines else f"tar ended with status {status}"
        raise UnpackFailed(f"The slug cannot be unpacked: {reason.removeprefix('tar: ')}.")


def _feed(pipe: IO[bytes], slug: Path, disk: Path, given_up: threading.Event) -> None:
    # Where tar gives up it closes the pipe, having said why in a line or two.
    with suppress(BrokenPipeError), pipe:
        for piece in _decompressed(slug, disk):
            if given_up.is_set():
                raise UnpackFailed("Unpacking the slug was given up.")
            pipe.write(piece)


def _decompressed(slug: Path, disk: Path) -> Iterator[bytes]:
    """Yield what all gzip members hold, no more than the disk has room for."""
    room = shutil.disk_usage(disk).free - KEPT_FREE_BYTES
    try:
        with slug.open("rb") as file:
            for piece in _members(file):
                room -= len(piece)
                if room < 0:
                    raise UnpackFailed("The slug unpacks to more than this disk has room for.")
                yield piece
    except OSError as error:
        raise UnpackFailed(f"The slug cannot be read: {error.strerror}.") from None
    except zlib.error:
        raise UnpackFailed("The slug is no gzip file, or a damaged one.") from None


def _members(file: IO[bytes]) -> Iterator[bytes]:
    gzip = 16 + zlib.MAX_WBITS
    member = zlib.decompressobj(gzip)
    pending = b""
    while data := pending or file.read(_CHUNK_BYTES):
        if member.eof:
            member = zlib.decompressobj(gzip)
        piece = member.decompress(data, _CHUNK_BYTES)
        pending = member.unconsumed_tail or member.unused_data
        yield piece
    if not member.eof:
        raise UnpackFailed("The slug ends too early: it is damaged.")


# Where the interpreter, or a buildpack, wrote the folder's name into a file that is run.
_SCRIPTS: Final = (".profile", ".profile.d/*", ".heroku/python/bin/*", "bin/*", ".heroku/**/*.cfg")
_IN_PATH: Final = re.compile(rb"(?<![A-Za-z0-9_./-])/app(?=[/:\"'\s;]|$)", re.MULTILINE)


def rewrite(folders: Folders) -> int:
    """Write the app's real folder where start scripts name /app; return how many were changed."""
    changed = 0
    for pattern in _SCRIPTS:
        for path in folders.app.glob(pattern):
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _SCRIPT_BYTES:
                continue
            before = path.read_bytes()
            if b"\0" in before:
                continue
            after = _IN_PATH.sub(os.fsencode(folders.app).replace(b"\\", rb"\\"), before)
            if after != before:
                path.write_bytes(after)
                changed += 1
    return changed
