"""A Dockerfile: what its last stage is made of, installs and starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.findings import FileSpan


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, with its continued lines joined.

    Attributes:
        name: In capital letters: ``RUN``.
        words: The arguments of the JSON form; None where it is written as a shell line.
        stage: The number of the stage that it is in, from 0.
    """

    name: str
    text: str
    line: int
    words: tuple[str, ...] | None = None
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what follows it.

    Attributes:
        image: As it is written, with the defaults of ARG filled in.
        name: What ``AS`` calls it; "".
    """

    image: str
    line: int
    name: str = ""


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile.

    Attributes:
        env: What ENV sets in the last stage.
        python: The version of the ``python`` image that it starts from; None for another image.
    """

    path: str
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    python: tuple[int, int] | None = None

    def named(self, *names: str) -> tuple[Instruction, ...]:
        """Return the instructions of these names, in order."""
        return tuple(step for step in self.instructions if step.name in names)

    @property
    def last_stage(self) -> tuple[Instruction, ...]:
        """The instructions of the stage that runs."""
        last = len(self.stages) - 1
        return tuple(step for step in self.instructions if step.stage == last)

    @property
    def start(self) -> Instruction | None:
        """What starts the container: the last CMD, or else the last ENTRYPOINT."""
        steps = self.last_stage
        for name in ("CMD", "ENTRYPOINT"):
            found = [step for step in steps if step.name == name]
            if found:
                return found[-1]
        return None

    def at(self, step: Instruction) -> FileSpan:
        """Return where an instruction stands."""
        return FileSpan(self.path, step.line, quote=f"{step.name} {step.text}")
