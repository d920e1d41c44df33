"""What a log says, one event at a time: a line, or an exception with its frames."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a traceback.

    Attributes:
        number: The log line that it stands on, counted from 1.
        code: The source line, where the log has it.
    """

    path: str
    line: int
    function: str
    code: str
    number: int

    @property
    def library(self) -> bool:
        """Whether it is code of others: an installed package, Python's own, or frozen."""
        return (
            "site-packages/" in self.path
            or "dist-packages/" in self.path
            or "/lib/python3" in self.path
            or "/lib64/python3" in self.path
            or self.path.startswith("<")
            or "/pip-" in self.path
            or self.path.endswith(("/bin/gunicorn", "/bin/uvicorn", "/bin/celery"))
        )


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a traceback.

    Attributes:
        type: As it is printed: ``django.core.exceptions.ImproperlyConfigured``.
        message: What follows its name; may have several lines.
        frames: Outermost first; empty where the log has none.
        number: The log line of its name.
    """

    type: str
    message: str
    frames: tuple[Frame, ...]
    number: int

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.type.rpartition(".")[2]

    @property
    def text(self) -> str:
        """As the log has it, on one line."""
        message = " ".join(self.message.split())
        return f"{self.type}: {message}" if message else self.type

    @property
    def lines(self) -> list[str]:
        """As the log has it."""
        return f"{self.type}: {self.message}".strip().splitlines()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a process said.

    Attributes:
        text: The line without the platform's prefix; ``Type: message`` of an exception.
        number: The log line that decides, counted from 1.
        process: Who said it, where the log tells: ``web.1``, ``router``.
        source: Of what kind that is: ``app``, ``heroku``, ``build``, or "".
        time: As the log has it.
        building: Whether packages were being installed when it was said.
        raised: The exception that ``text`` is of.
        chain: All exceptions of its traceback, the first one raised first.
        quotes: The lines that show it, with their numbers.
        introduction: The line before a traceback, where the same process said it.
    """

    text: str
    number: int
    process: str = ""
    source: str = ""
    time: str = ""
    building: bool = False
    raised: Raised | None = None
    chain: tuple[Raised, ...] = field(default=())
    quotes: tuple[tuple[int, str], ...] = field(default=())
    introduction: str = ""

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of the exception, outermost first."""
        return () if self.raised is None else self.raised.frames
