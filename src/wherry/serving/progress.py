"""How far a model is on its way into memory, from what can be seen from outside."""

from pathlib import Path

from wherry.platforms.usage import resident_bytes

# Nothing tells when a library has finished with the weights but the end of its call.
MOST_RATIO = 0.99


class Progress:
    """Bytes checked and bytes in memory, against the size of the model's files.

    Checking reads every byte once; loading maps or copies it a second time, and shows in the
    process's resident memory. Whatever else the process takes meanwhile counts as well.
    """

    __slots__ = ("_checked_bytes", "_checks", "_loading", "_resident_bytes", "size_bytes")

    def __init__(self) -> None:
        self.size_bytes = 0
        self._checks = False
        self._checked_bytes = 0
        self._loading = False
        self._resident_bytes = 0

    def begin(self, size_bytes: int, *, checks: bool) -> None:
        """Begin with files of this size, all of which are checked first, or none."""
        self.size_bytes = size_bytes
        self._checks = checks
        self._checked_bytes = 0
        self._loading = False

    def checked(self, size_bytes: int) -> None:
        """Say that so many more bytes were checked."""
        self._checked_bytes += size_bytes

    def begin_loading(self) -> None:
        """Say that the library has been called."""
        self._resident_bytes = resident_bytes()
        self._loading = True

    @property
    def ratio(self) -> float:
        """The part that is done, up to 0.99."""
        if not self.size_bytes:
            return 0.0
        done = min(self._checked_bytes, self.size_bytes)
        if self._loading:
            done += min(max(0, resident_bytes() - self._resident_bytes), self.size_bytes)
        return min(MOST_RATIO, done / (self.size_bytes * (2 if self._checks else 1)))


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
