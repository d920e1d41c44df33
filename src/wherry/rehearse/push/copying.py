"""The folder as it lies: what would be pushed if all of it were committed."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from wherry.project.project import read_project
from wherry.rehearse.push.pushed import PushFailed


@dataclass
class Copied:
    """What was copied."""

    size_bytes: int = 0
    files: int = 0
    pointers: dict[str, int] = field(default_factory=dict)


def copy(folder: Path, into: Path, limit_bytes: int | None = None) -> Copied:
    """Copy the files that git tracks or would add; without git, what no .gitignore keeps out.

    Raises:
        PushFailed: they are more than ``limit_bytes``.
    """
    done = Copied()
    project = read_project(folder)
    for entry in project.files:
        if not entry.deployed:
            continue
        source, place = project.root / entry.path, into / entry.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.target is not None:
            place.symlink_to(entry.target)
            done.files += 1
            continue
        if not source.is_file():
            # A socket or a pipe, or a file that went away in the meantime.
            continue
        shutil.copyfile(source, place)
        if os.access(source, os.X_OK):
            place.chmod(0o755)
        done.files += 1
        done.size_bytes += place.stat().st_size
        if entry.lfs is not None:
            done.pointers[entry.path] = entry.lfs.size_bytes
        if limit_bytes is not None and done.size_bytes > limit_bytes:
            raise PushFailed(
                f"What is pushed is larger than the host takes: more than "
                f"{limit_bytes / 1e9:.3g} GB without compression. Keep data and models out of it.",
                cause="git-file-too-large",
            )
    return done
