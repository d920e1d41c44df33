"""The Python that a project asks for, in the files that hosts read it from."""

from dataclasses import dataclass

from wherry.findings import FileSpan
from wherry.project.problems import Problem


@dataclass(frozen=True, slots=True)
class PythonVersion:
    """The Python that the host is asked for.

    Attributes:
        asked: As it is written, without ``python-``; None where nothing asks.
        file: Where it is asked: ``.python-version``, ``runtime.txt``, ``Pipfile.lock`` ...; "".
        version: Major and minor; None where nothing asks, or what asks cannot be read.
        patch: The third part, where it is given.
        problems: What is wrong with these files: ``bad-format``, ``misspelled``, ``empty``,
            ``several``, ``encoding``, ``runtime-txt-with-uv``.
    """

    asked: str | None = None
    file: str = ""
    line: int | None = None
    version: tuple[int, int] | None = None
    patch: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def where(self) -> FileSpan | None:
        """Where it is asked; None where nothing asks."""
        return FileSpan(self.file, self.line, quote=self.asked or "") if self.file else None
