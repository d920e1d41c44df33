"""The app's own files, apart from what buildpacks put among them: what the readers look at."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Made in a build, by buildpacks or by this one before.
_MADE: Final = frozenset((".heroku", ".profile.d", ".apt", ".wherry", ".git"))
_PREFIX: Final = ".wherry-checkout-"


@contextmanager
def checkout(build: Path) -> Iterator[Path]:
    """Give a folder with the app's files alone; they are linked, and not to be changed."""
    for left in build.glob(f"{_PREFIX}*"):  # by a build that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=build) as name:
        target = Path(name).resolve()
        for item in sorted(build.iterdir()):
            if item.name in _MADE or item.name.startswith(_PREFIX):
                continue
            _mirror(item, target / item.name)
        yield target


def _mirror(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=_link)
    elif source.is_file():
        _link(str(source), str(target))


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target, follow_symlinks=False)
    return target
