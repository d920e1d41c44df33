"""Remove a folder with all that is in it."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

_TRIES: Final = 5


def remove_tree(top: Path) -> None:
    """Remove a folder, also where an app, or an overlay, took the right to."""

    def allow(_function: object, path: str, _error: BaseException) -> None:
        for folder in (Path(path), Path(path).parent):
            if folder.is_relative_to(top) and not folder.is_symlink() and folder.is_dir():
                with suppress(OSError):
                    folder.chmod(0o700)

    # Each try comes past one more folder that was closed.
    for _ in range(_TRIES):
        if not top.exists():
            return
        shutil.rmtree(top, onexc=allow)
