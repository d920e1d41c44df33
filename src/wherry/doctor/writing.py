"""Files written whole or not at all."""

import os
import tempfile
from pathlib import Path
from typing import Final

_NEW_MODE: Final = 0o644


def write(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it sees the old text or the new one, never a part.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_MODE
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".wherry", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
