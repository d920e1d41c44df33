"""Clear up after Wherry, also after one that was killed: its end is told by a closed pipe."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.inside.removing import remove_tree

_PATIENCE_S: Final = 30.0


def main(work: str, groups: list[str]) -> int:
    """Wait for the end; remove ``work`` and the groups.

    ``groups`` are beginnings of folders: ``/sys/fs/cgroup/memory/wherry-1f2e-``.
    """
    os.read(0, 1)
    until = time.monotonic() + _PATIENCE_S
    while not _cleared(Path(work), [Path(group) for group in groups]):
        # Its processes are ending just now.
        if time.monotonic() > until:
            return 1
        time.sleep(0.05)
    return 0


def _cleared(work: Path, groups: list[Path]) -> bool:
    with suppress(OSError):
        remove_tree(work)
    left = False
    for group in groups:
        for folder in group.parent.glob(f"{group.name}*"):
            try:
                folder.rmdir()
            except OSError:
                left = left or folder.exists()
    return not left and not work.exists()
