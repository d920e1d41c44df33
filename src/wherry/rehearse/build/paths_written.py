"""Files that name the folder that they were installed in, and must name the dyno's ``/app``.

Start scripts have the interpreter's path in their first line, and what is installed editably has
the project's folder in a file of site-packages. The buildpack writes them anew as well.
"""

import os
import re
from pathlib import Path
from typing import Final

_IN_BIN: Final = re.compile(r"(?:^|/)\.heroku/python/(?:pipenv/venv/)?bin/[^/]+$")
_IN_PACKAGES: Final = re.compile(
    r"(?:^|/)\.heroku/python/lib/python3\.\d+/site-packages/"
    r"(?:[^/]+\.(?:pth|egg-link)|__editable__[^/]*\.py)$"
)
_CONFIGURATION: Final = re.compile(r"(?:^|/)\.heroku/python/pipenv/venv/pyvenv\.cfg$")
_LONGEST_BYTES: Final = 1 << 20


def names_a_folder(path: str) -> bool:
    """Whether a file, by its path below the app's root, may name the folder it lies in."""
    return bool(_IN_BIN.search(path) or _IN_PACKAGES.search(path) or _CONFIGURATION.search(path))


def renamed(data: bytes, before: str, after: str) -> bytes:
    """Return a file's bytes with one folder in the place of another; programs are left alone."""
    if len(data) > _LONGEST_BYTES or b"\0" in data[:4096]:
        return data
    # Not a part of a longer name: neither /application nor /srv/app.
    folder = re.escape(os.fsencode(before))
    whole = re.compile(rb"(?<![\w./-])" + folder + rb"(?=[/\"':;,\s]|$)", re.MULTILINE)
    return whole.sub(os.fsencode(after).replace(b"\\", rb"\\"), data)


def rename_all(root: Path, before: str, after: str) -> None:
    """Let every such file below ``root`` name another folder."""
    python = root / ".heroku" / "python"
    folders = (
        *(python / "bin", python / "pipenv" / "venv" / "bin", python / "pipenv" / "venv"),
        *python.glob("lib/python3.*/site-packages"),
    )
    for folder in folders:
        for path in folder.iterdir() if folder.is_dir() else ():
            name = path.relative_to(root).as_posix()
            if path.is_symlink() or not path.is_file() or not names_a_folder(name):
                continue
            data = path.read_bytes()
            changed = renamed(data, before, after)
            if changed != data:
                times = path.stat()
                path.write_bytes(changed)
                os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
