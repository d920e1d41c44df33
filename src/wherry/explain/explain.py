"""Reads a log to its end, or as it comes, and tells what failed first and why."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import BinaryIO, Final

from wherry.explain.explanation import Explanation
from wherry.explain.handled import Handled
from wherry.explain.json_lines import unfold
from wherry.explain.layout import Layout
from wherry.explain.ledger import Ledger
from wherry.explain.mentions import TOLD_BY_APPS, mentioned, repeats, reports
from wherry.explain.ordering import oldest_first, renumbered, span_renumbered
from wherry.explain.paragraphs import ARROW, WORDS, Paragraphs
from wherry.explain.prefixes import Said, split_prefix
from wherry.explain.reading import LINE_BYTES, Blocks, chunks_of, decoded
from wherry.explain.story.telling import tell
from wherry.explain.streams import Stream, Streams, quotes_of
from wherry.explain.unknown import Unknown
from wherry.signatures.catalogue import matcher
from wherry.signatures.events import Event, Raised
from wherry.signatures.hosts import PLATFORMS
from wherry.signatures.signature import Verdict
from wherry.signatures.words import TABLE

type Progress = Callable[[int, int], None]

_TRACE_WORDS: Final = frozenset((b"Traceback", b"File"))
# What an exception further on in its chain may tell better.
_GENERAL: Final = frozenset(("third-party-service", "outbound-call-without-timeout"))
_FIRST_BYTES: Final = 64 * 1024
_HARMLESS: Final = "client-left"
# Exceptions that only end a process, or only hold the text of another one, which is read as well.
_ENDINGS: Final = frozenset(
    ("HaltServer", "SystemExit", "KeyboardInterrupt", "GeneratorExit", "CancelledError", "Exit",
     "ExceptionWithTraceback", "RemoteTraceback", "_RemoteTraceback", "ExceptionGroup",
     "BaseExceptionGroup")
)  # fmt: skip


class Explainer:
    """Takes a log's bytes piece by piece."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._layout = Layout()
        self._paragraphs = Paragraphs()
        self._streams = Streams()
        self._ledger = Ledger()
        self._unknown = Unknown()
        self._matcher = matcher()
        self._triggers = self._matcher.words | _TRACE_WORDS | self._unknown.words | WORDS
        self._sources: set[str] = set()
        self._first = b""
        self._order: list[int] = []
        self._handled = Handled()
        self._before = b""
        self._introduction = ""
        self._told = 0
        self.lines = 0

    @property
    def bytes_read(self) -> int:
        """How much came in."""
        return self._blocks.bytes_read

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        block = self._blocks.feed(chunk)
        if block:
            self._take(block)

    def pause(self) -> bool:
        """Take note that nothing more comes for now; return whether anything new was seen."""
        self._begin()
        self._rest()
        changes = self._ledger.changes + self._unknown.changes
        new, self._told = changes > self._told, changes
        return new

    def _rest(self) -> None:
        for said, number in self._paragraphs.finish():
            self._whole(said, number)
        for told in self._streams.told():
            self._ledger.enter(*told)
        for event in self._streams.finish():
            self._judge(event)

    def finish(self) -> Explanation:
        """Take what is left, and tell."""
        block = self._blocks.finish()
        if block:
            self._take(block)
        self._turn()
        self._begin()
        self._held()
        self._rest()
        return self.explanation()

    def explanation(self) -> Explanation:
        """Tell what is known so far."""
        self._handled.give_back(self._ledger, self._unknown, self.lines)
        findings, outside = tell(self._ledger, self._unknown)
        if self._order:
            findings = tuple(renumbered(finding, self._order) for finding in findings)
            outside = tuple(span_renumbered(span, self._order) for span in outside)
        return Explanation(
            findings=findings,
            outside=outside,
            platform=self._platform(),
            lines=self.lines,
        )

    def _platform(self) -> str:
        """Return where the app runs, as far as the lines tell, or ""."""
        for name in ("heroku", "fly"):
            if name in self._sources:
                return name
        found = self._ledger.of(*PLATFORMS)
        return PLATFORMS[found[0].name] if found else ""

    def _take(self, block: bytes) -> None:
        """Take whole lines; the first ones wait until there are enough to judge the log by."""
        if self._layout.looked:
            self._read(block)
            return
        self._first += block
        if len(self._first) >= _FIRST_BYTES:
            self._begin()

    def _turn(self) -> None:
        """Read a short log from its oldest line on, wherever that stands."""
        lines = self._first.removesuffix(b"\n").split(b"\n")
        order = oldest_first(lines)
        if order is not None:
            self._order = order
            self._first = b"\n".join(lines[place] for place in order) + b"\n"

    def _begin(self) -> None:
        first, self._first = self._first, b""
        if first:
            self._layout.look(first.split(b"\n"))
            self._read(first)

    def _read(self, block: bytes) -> None:
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        words = block.translate(TABLE)
        if b"\\n" in block:
            words = words.replace(b"nTraceback", b" Traceback")
        triggers, number, before = self._triggers, self.lines, self._before
        plain = self._layout.plain
        for line, said in zip(lines, words.split(b"\n"), strict=False):
            number += 1
            introduction, before = before, line
            waiting = self._streams.waiting or self._paragraphs.holding
            quiet = plain and not waiting and triggers.isdisjoint(said.split())
            # An exception of any name may stand alone, where its traceback was left out.
            bare = b"Error: " in line or b".exceptions." in line or b".errors." in line
            bare = bare or ARROW in line
            if quiet and not bare and not (line[:1] == b"{" and b"\\n" in line):
                continue
            self.lines = number
            if b"Traceback" in line:
                self._introduction = decoded(introduction[:LINE_BYTES])
            self._line(line)
        self.lines, self._before = number, before

    def _line(self, line: bytes) -> None:
        text = decoded(line[:LINE_BYTES]).rstrip("\r")
        if "\r" in text:
            text = next((part for part in reversed(text.split("\r")) if part.strip()), "")
        for whole in self._layout.join(text):
            inner = unfold(whole) if whole[:1] in '{" \t-tl' else None
            if inner is None:
                self._said(split_prefix(whole))
            else:
                for said in inner:
                    self._said(said)

    def _held(self) -> None:
        for whole in self._layout.last():
            self._said(split_prefix(whole))

    def _said(self, said: Said) -> None:
        for whole, number in self._paragraphs.feed(said, self.lines):
            self._whole(whole, number)

    def _whole(self, said: Said, number: int) -> None:
        self._sources.add(said.source)
        stream = self._streams.of(said)
        if "Traceback" in said.text:
            stream.introduce(split_prefix(self._introduction))
        events, taken = stream.feed(said, number)
        for event in events + self._streams.note(said, number):
            self._judge(event)
        told, stream.told = stream.told, None
        if told is not None and not stream.traces.open:
            self._ledger.enter(*told)
        if not taken and said.text.strip():
            self._plain(stream, said, number)

    def _plain(self, stream: Stream, said: Said, number: int) -> None:
        event = stream.line(said, number)
        verdict, marks = self._matcher.find(event)
        if verdict is None and not marks and not stream.traces.open and reports(event):
            stream.told = self._untyped(event)
        if (verdict or marks) and repeats(event):
            return
        marks = tuple(mark for mark in marks if not mentioned(mark.name, event))
        for mark in marks:
            stream.heard(mark.name)
            self._ledger.enter(mark, event)
        if verdict is not None and not mentioned(verdict.name, event):
            self._ledger.enter(verdict, event)
        elif all(mark.name in PLATFORMS for mark in marks):
            self._unknown.line(event)

    def _untyped(self, event: Event) -> tuple[Verdict, Event] | None:
        """Read an error's line as the exception whose class it leaves out."""
        raised = Raised("", event.text, (), event.number)
        verdict, _ = self._matcher.find(replace(event, raised=raised, chain=(raised,)))
        known = verdict is not None and verdict.name in TOLD_BY_APPS and not repeats(event)
        return (verdict, event) if verdict is not None and known else None

    def _judge(self, event: Event) -> None:
        """Take an exception; of a chain the first one that is known counts."""
        if event.raised is None:
            self._unknown.cut_off(event)
            return
        verdict, of = self._of_chain(event)
        if (verdict is None and _is_ending(of)) or self._handled.take(of, verdict):
            return
        if verdict is not None and verdict.name == _HARMLESS:
            self._unknown.forgive(event.introduction)
        if verdict is not None:
            self._ledger.enter(verdict, of)
        elif not self._marked(event):
            self._unknown.exception(event)

    def _marked(self, event: Event) -> bool:
        """Whether an exception is a mark; advice to install something in its message is none."""
        return any(mark.name != "~pip-works" for mark in self._matcher.find(event)[1])

    def _of_chain(self, event: Event) -> tuple[Verdict | None, Event]:
        weak: tuple[Verdict | None, Event] = (None, event)
        for raised in event.chain:
            one = event if raised is event.raised else _of(event, raised)
            verdict, marks = self._matcher.find(one)
            for mark in marks:
                self._ledger.enter(mark, one)
            if verdict is not None and verdict.sure and verdict.name not in _GENERAL:
                return verdict, one
            if verdict is not None and weak[0] is None:
                weak = (verdict, one)
        return weak


def _is_ending(event: Event) -> bool:
    return event.raised is not None and event.raised.name in _ENDINGS


def _of(event: Event, raised: Raised) -> Event:
    return replace(
        event,
        text=raised.text,
        number=raised.number,
        raised=raised,
        quotes=tuple(quotes_of(raised)),
    )


def explain(stream: BinaryIO, progress: Progress | None = None) -> Explanation:
    """Read a log to its end and tell what failed first, what followed, and what is noise.

    ``progress`` is told the bytes and the lines read so far.
    """
    return explain_chunks(chunks_of(stream), progress)


def explain_chunks(chunks: Iterable[bytes], progress: Progress | None = None) -> Explanation:
    """Do the same with pieces of any size."""
    explainer = Explainer()
    for chunk in chunks:
        explainer.feed(chunk)
        if progress is not None:
            progress(explainer.bytes_read, explainer.lines)
    return explainer.finish()
