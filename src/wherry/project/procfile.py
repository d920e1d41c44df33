"""The Procfile: which commands a host runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.findings import FileSpan
from wherry.project.problems import Problem
from wherry.project.shell import Invocation


@dataclass(frozen=True, slots=True)
class Process:
    """A process type.

    Attributes:
        command: As it is written.
        invocations: The programs that it runs, in order, those of start scripts included.
    """

    name: str
    command: str
    file: str
    line: int
    invocations: tuple[Invocation, ...] = ()

    @property
    def where(self) -> FileSpan:
        """Where it stands."""
        return FileSpan(self.file, self.line, quote=f"{self.name}: {self.command}")


@dataclass(frozen=True, slots=True)
class Procfile:
    """A Procfile.

    Attributes:
        processes: By name, in order.
        problems: Lines that are none, names given twice, encodings that are not read.
    """

    path: str
    processes: Mapping[str, Process] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def web(self) -> Process | None:
        """The process that answers requests."""
        return self.processes.get("web")
