"""The lines of each process apart, as events: whole exceptions, and lines that say something."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from wherry.explain.prefixes import Said
from wherry.explain.traces import Trace, TraceReader
from wherry.signatures.events import Event, Raised
from wherry.signatures.signature import Verdict

_STREAMS_KEPT: Final = 64
_PATIENCE_LINES: Final = 300
_QUOTE_CHARS: Final = 600
_BUILDING: Final = "~pip-works"
_BUILT: Final = "~pip-done"


@dataclass(slots=True)
class Stream:
    """One process's lines.

    Attributes:
        building: Whether it is installing packages.
        told: What its last line told of an error, until it is known that no traceback follows.
    """

    process: str
    source: str
    time: str = ""
    building: bool = False
    told: tuple[Verdict, Event] | None = None
    traces: TraceReader = field(default_factory=TraceReader)
    introduction: str = ""

    def feed(self, said: Said, number: int) -> tuple[list[Event], bool]:
        """Take a line; return the exceptions that it ends, and whether it belongs to one."""
        self.time = said.time
        traces, taken = self.traces.feed(said.text, number)
        return [event for trace in traces for event in self._events(trace)], taken

    def introduce(self, said: Said) -> None:
        """Note the line before a traceback begins."""
        if not self.traces.open:
            self.introduction = said.text if said.process == self.process else ""

    def finish(self) -> list[Event]:
        """Return what has no line after it; of a traceback that was cut off, its last frame."""
        cut = self.traces.cut_off
        if cut is not None:
            self.traces.finish()
            text = f'File "{cut.path}", line {cut.line}, in {cut.function}'
            return [self.line(Said(text), cut.number)]
        return [event for trace in self.traces.finish() for event in self._events(trace)]

    def line(self, said: Said, number: int) -> Event:
        """Return a line as an event."""
        return Event(
            said.text,
            number,
            self.process,
            self.source,
            said.time,
            self.building,
            quotes=((number, said.text.strip()[:_QUOTE_CHARS]),),
        )

    def heard(self, name: str) -> None:
        """Note what a line was a sign of."""
        if name == _BUILDING:
            self.building = True
        elif name in (_BUILT, "~listens", "~booting-worker", "~start-command"):
            self.building = False

    def _events(self, trace: Trace) -> Iterator[Event]:
        """Return the exception that a traceback ends with; its chain holds the others."""
        raised = trace.chain[-1]
        yield Event(
            raised.text,
            raised.number,
            self.process,
            self.source,
            self.time,
            self.building or trace.within,
            raised,
            trace.chain,
            tuple(quotes_of(raised)),
            self.introduction,
        )


def quotes_of(raised: Raised) -> Iterator[tuple[int, str]]:
    """Return the lines that show an exception: where the project's own code stands, and what."""
    own = [frame for frame in raised.frames if not frame.library]
    readable = [frame for frame in raised.frames if not frame.path.startswith("<")]
    frames = own or readable
    if frames:
        frame = frames[-1]
        where = f'File "{frame.path}", line {frame.line}'
        yield frame.number, f"{where}: {frame.code}" if frame.code else where
    said = [line[:_QUOTE_CHARS] for line in raised.lines if line.strip()]
    yield raised.number, "\n".join(said[:3])


class Streams:
    """The processes that a log tells of."""

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], Stream] = {}
        self._heard: dict[tuple[str, str], int] = {}

    @property
    def waiting(self) -> bool:
        """Whether a traceback is waiting for its end."""
        return bool(self._heard)

    def note(self, said: Said, number: int) -> list[Event]:
        """Note whether a stream's traceback is open; return what waited in vain for more."""
        key = (said.source, said.process)
        stream = self._streams.get(key)
        if stream is not None and stream.traces.open:
            self._heard[key] = number
        else:
            self._heard.pop(key, None)
        stale = [other for other, last in self._heard.items() if number - last > _PATIENCE_LINES]
        events = []
        for other in stale:
            del self._heard[other]
            if other in self._streams:
                events += self._streams[other].finish()
        return events

    def told(self) -> Iterator[tuple[Verdict, Event]]:
        """Return what was told of errors, and had no traceback after it."""
        for stream in self._streams.values():
            told, stream.told = stream.told, None
            if told is not None:
                yield told

    def of(self, said: Said) -> Stream:
        """Return the stream that a line belongs to."""
        key = (said.source, said.process)
        stream = self._streams.get(key)
        if stream is None:
            if len(self._streams) >= _STREAMS_KEPT:
                self._streams.pop(next(iter(self._streams)))
            stream = self._streams[key] = Stream(said.process, said.source)
        return stream

    def finish(self) -> list[Event]:
        """Return what no line ended."""
        self._heard.clear()
        return [event for stream in self._streams.values() for event in stream.finish()]
