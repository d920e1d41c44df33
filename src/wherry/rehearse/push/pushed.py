"""What a push took along."""

from dataclasses import dataclass
from pathlib import Path

from wherry.errors import WherryError


class PushFailed(WherryError):
    """Nothing can be pushed from here."""

    def __init__(self, message: str, *, lines: tuple[str, ...] = (), cause: str = "") -> None:
        """Say why; ``lines`` and ``cause`` where it is the platform that would refuse."""
        super().__init__(message)
        self.lines = lines
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Pushed:
    """A fresh folder with what the platform would build.

    Attributes:
        folder: Where it lies now; the app's own root.
        commit: The commit that was taken; "" for the working tree.
        branch: The branch that is checked out, or "".
        size_bytes: Of all files, before .slugignore.
        files: How many there are, after .slugignore.
        uncommitted: Tracked files whose changes were not taken along.
        untracked: Files that git does not know, and that were not taken along.
        pointers: Git LFS pointers, which stay pointers, with the size that they stand for.
        slugignored: Files that .slugignore took out again.
        submodules: Submodules that were taken along.
        remarks: What else to know, in sentences.
    """

    folder: Path
    commit: str = ""
    branch: str = ""
    size_bytes: int = 0
    files: int = 0
    uncommitted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    pointers: tuple[tuple[str, int], ...] = ()
    slugignored: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def working_tree(self) -> bool:
        """Whether the folder was taken as it lies, and not a commit."""
        return not self.commit
