"""What is wrong with a file as it stands; the rules make findings of it."""

from dataclasses import dataclass

from wherry.findings import FileSpan


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in one file that its reader cannot accept.

    Attributes:
        kind: What it is, in a word that the rules know: ``bad-format``.
        detail: What else there is to say: the reader's own message, or the bad value.
    """

    kind: str
    path: str
    line: int | None = None
    quote: str = ""
    detail: str = ""

    @property
    def where(self) -> FileSpan:
        """Where it stands."""
        return FileSpan(self.path, self.line, quote=self.quote)
