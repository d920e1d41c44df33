"""A folder for what one rehearsal makes; what a killed one left is cleared by the next."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "wherry-rehearsal-"
_NAME: Final = re.compile(rf"{_PREFIX}(\d{{1,9}})-\w+")
# Another container may share the folder, whose processes have other numbers.
_OLD_S: Final = 3600.0


@contextmanager
def work_folder() -> Iterator[Path]:
    """Make a folder and remove it, whatever ends."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(
        prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def _sweep(folder: Path) -> None:
    with suppress(OSError):
        for path in folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found is not None and _is_left(path, int(found[1])):
                shutil.rmtree(path, ignore_errors=True)


def _is_left(path: Path, pid: int) -> bool:
    """Whether it is ours, old, and nobody's any more."""
    try:
        state = path.lstat()
        if state.st_uid != os.geteuid() or time.time() - state.st_mtime < _OLD_S:
            return False
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
