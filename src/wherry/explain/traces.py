"""Tracebacks, put together again from the lines of one process.

Lines may be cut off at the top, wrapped by a terminal, have lost their indentation on a web page,
or come from two workers at once. What cannot belong to the traceback is handed back as it is.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.signatures.events import Frame, Raised

_HEADER: Final = "Traceback (most recent call last)"
_FRAME: Final = re.compile(r'\s*File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?\s*$')
_FRAME_BEGINS: Final = re.compile(r'\s*File "')
_RAISED: Final = re.compile(
    r"((?:[A-Za-z_]\w{0,80}\.){0,12}[A-Za-z_]\w{0,100})(?::(?: (.*)|)|)$", re.DOTALL
)
_NAMED_ERROR: Final = re.compile(
    r"(?:[A-Za-z_]\w{0,80}\.){0,12}(?:[A-Z]\w{0,80}(?:Error|Exception|Exit|Interrupt|Timeout|Fault"
    r"|Warning|NotFound|DoesNotExist|Denied|Refused|Missing|Installed|Invalid|Halt\w*|Misconfigured"
    r"|Registry\w*|BadZipFile|Host|TooBig|Rollback|Group|NotReady|Operation)|Exception|(?:cv2|zlib|struct)\.error)(?=:|$)"
    # Whatever its class is called, a module of exceptions says what it is.
    r"|(?:[A-Za-z_]\w{0,80}\.){1,12}(?:errors|exceptions|errorfactory|exc"
    r"|onnxruntime_pybind11_state)\.[A-Z]\w{1,80}(?=: |$)"
)
_CHAINED: Final = ("During handling of the above exception", "The above exception was the direct")
_NEW_RECORD: Final = re.compile(
    r"\[\d|\[?\d{4}-\d\d|\[?(?:INFO|DEBUG|ERROR|WARNING|CRITICAL|WARN|FATAL)\b|(?:\d{1,3}\.){3}\d"
    r"|Internal Server Error|-----> |==> |Exception ignored|\d\d:\d\d|\[?notice\]?|error:|\u00d7"
    r"|\u2570|Waiting for release|To https?://|! {1,5}\S|Push rejected|remote: |npm (?:ERR|error)"
    r"|(?:Default )?(?:STARTUP|LIVENESS) |Container (?:called|terminated)|Memory limit of"
    r"|(?:Starting|Stopping) (?:Container|Healthcheck)|Attempt #\d|Uncaught signal|machine exited"
    r"|Error while running|Process exited with|State changed from|Stopping (?:process|all)"
)
_PYTEST: Final = "E   "
_GROUP: Final = re.compile(r" {2,12}[|+](?:-[+-]*)? ?")
_FRAMES_KEPT: Final = 200
_MESSAGE_LINES: Final = 120
_LOOSE_LINES: Final = 3
# Keras, TensorFlow, PyTorch and numpy begin in general, and say in later paragraphs what it was.
_PARAGRAPHS: Final = re.compile(
    r"Graph execution error|Exception encountered when calling|Weights only load failed"
    r"|could not be deserialized properly|Error when deserializing|objects could not be loaded"
    r"|Could not find matching concrete function|Binding inputs to tf\.function failed"
    r"|IMPORTANT: PLEASE READ THIS FOR ADVICE"
)
_LOOSE_IN_PARAGRAPHS: Final = 40
_STRAYS: Final = 25
_WITHIN: Final = 6  # pip indents what a package's build says by that much, Heroku by one more


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole traceback: its exceptions, the first one raised first.

    Attributes:
        within: Whether it is an exception alone, so far to the right that a build's output is.
    """

    chain: tuple[Raised, ...]
    number: int
    within: bool = False


@dataclass(slots=True)
class TraceReader:
    """Takes the lines of one process, one by one.

    ``open`` tells whether the next line may belong to a traceback.
    """

    open: bool = False
    _chain: list[Raised] = field(default_factory=list)
    _frames: list[Frame] = field(default_factory=list)
    _indent: int = 0
    _headers: int = 0
    _strays: int = 0
    _half: str = ""
    _source_due: bool = False
    _nested: bool = False
    _type: str = ""
    _message: list[str] = field(default_factory=list)
    _number: int = 0
    _loose: int = 0
    _blank: bool = False
    _linked: bool = False

    def feed(self, text: str, number: int) -> tuple[list[Trace], bool]:
        """Take a line; return what became whole, and whether the line was part of it."""
        text = text.removeprefix(_PYTEST)
        if len(text) > 2 and text[0] == " " and _GROUP.match(text):
            text = _GROUP.sub("", text, count=1)
        if self._type:
            return self._after_raised(text, number)
        if _HEADER in text:
            return [], self._header(text)
        if self.open:
            return self._in_frames(text, number)
        found = _FRAME.match(text)
        if found:
            self._start(_indentation(text) - 2)
            self._frame(found, number)
            return [], True
        # What is left of a traceback; a build's output is further to the right.
        if _NAMED_ERROR.match(text.lstrip(" ")):
            self._start(_indentation(text))
            self._raise(text.lstrip(" "), number)
            return [], True
        return [], False

    @property
    def cut_off(self) -> Frame | None:
        """The last frame of a traceback whose exception never came."""
        waiting = self.open and not self._type and not self._chain
        return self._frames[-1] if waiting and self._frames else None

    def finish(self) -> list[Trace]:
        """Return what is whole although nothing follows it."""
        done = [self._take()] if self._type or self._chain else []
        self._reset()
        return done

    def _header(self, text: str) -> bool:
        if self.open and not self._linked and self._frames:
            self._headers += 1
        else:
            self._start(_indentation(text))
        self._linked = False
        return True

    def _start(self, indent: int) -> None:
        self.open = True
        self._frames = []
        self._indent = max(0, indent)
        self._headers = 1
        self._strays = 0
        self._source_due = False
        self._half = ""

    def _in_frames(self, text: str, number: int) -> tuple[list[Trace], bool]:
        if self._linked and not text.strip():
            return [], True
        if self._half:
            text, self._half = self._half + text.strip("\n"), ""
        found = _FRAME.match(text)
        if found:
            self._frame(found, number)
            return [], True
        if _FRAME_BEGINS.match(text) and len(text) < 400:
            self._half = text
            return [], True
        if self._is_source(text):
            return [], True
        if self._is_raised(text):
            self._raise(text.strip(), number)
            if self._headers > 1:
                self._headers -= 1
                return [self._split_off()], True
            return [], True
        self._strays += 1
        if self._strays > _STRAYS or self._linked:
            done = [self._take()] if self._chain else []
            self._reset()
            return done, False
        return [], not text.strip()

    def _is_source(self, text: str) -> bool:
        due, self._source_due = self._source_due, False
        indent = _indentation(text)
        if self._nested:
            # Frames stand to the right of their header, and code to the right of them.
            code = due and indent > self._indent
        else:
            code = due and not _NAMED_ERROR.match(text.strip())
        if code and self._frames and not _NEW_RECORD.match(text):
            self._frames[-1] = replace(self._frames[-1], code=text.strip()[:300])
            return True
        return bool(self._frames) and (
            indent > self._indent or (bool(text) and not text.strip(" ^~|"))
        )

    def _is_raised(self, text: str) -> bool:
        if not self._frames or _NEW_RECORD.match(text):
            return False
        name = text.strip().partition(":")[0]
        plausible = "." in name or name != name.lower()
        return plausible and " " not in name and bool(_RAISED.match(text.strip()))

    def _frame(self, found: re.Match[str], number: int) -> None:
        # Windows writes paths its own way; what is asked of them is the same.
        frame = Frame(
            found[1].replace("\\", "/"), int(found[2]), (found[3] or "").strip(), "", number
        )
        if len(self._frames) >= _FRAMES_KEPT:
            del self._frames[_FRAMES_KEPT // 2]
        self._frames.append(frame)
        self._nested = _indentation(found[0]) > self._indent
        self._source_due = True
        self._linked = False

    def _raise(self, text: str, number: int) -> None:
        found = _RAISED.match(text)
        if found is None:
            return
        self._type, self._message = found[1], [found[2] or ""]
        self._number = number
        self._loose = 0
        self._blank = False

    def _after_raised(self, text: str, number: int) -> tuple[list[Trace], bool]:
        stripped = text.strip()
        if stripped.startswith(_CHAINED):
            self._chain.append(self._raised())
            self._start(self._indent)
            self._frames = []
            self._linked = True
            return [], True
        if not stripped:
            self._blank = True
            self._message.append("")
            if len(self._message) > _MESSAGE_LINES:
                return self._close_with(text, number)
            return [], True
        if len(self._message) > _MESSAGE_LINES or _HEADER in text:
            return self._close_with(text, number)
        # Keras tells of an error within an error, frames and all, further to the right.
        if _indentation(text) <= self._indent:
            if _NEW_RECORD.match(stripped) or _NAMED_ERROR.match(stripped):
                return self._close_with(text, number)
            self._loose += 1
            if self._ends_here():
                return self._close_with(text, number)
        elif _FRAME.match(text) and _indentation(text) < self._indent + 4:
            return self._close_with(text, number)
        self._message.append(text)
        # It may as well be a line of its own; the caller looks at it too.
        return [], False

    def _ends_here(self) -> bool:
        """Whether a line at the left margin is no longer part of the message."""
        if any(_PARAGRAPHS.search(line) for line in self._message[:3]):
            return self._loose > _LOOSE_IN_PARAGRAPHS
        said = any(line.strip() for line in self._message)
        return (self._blank and said) or self._loose > _LOOSE_LINES

    def _close_with(self, text: str, number: int) -> tuple[list[Trace], bool]:
        done = [self._take()]
        self._reset()
        more, taken = self.feed(text, number)
        return done + more, taken

    def _split_off(self) -> Trace:
        trace = Trace((self._raised(),), self._number)
        self._type = ""
        return trace

    def _take(self) -> Trace:
        if self._type:
            self._chain.append(self._raised())
        alone = self._indent >= _WITHIN and not any(raised.frames for raised in self._chain)
        return Trace(tuple(self._chain), self._chain[-1].number, alone)

    def _raised(self) -> Raised:
        message = "\n".join(self._message).rstrip()[:16000]
        raised = Raised(self._type, message, tuple(self._frames), self._number)
        self._type = ""
        return raised

    def _reset(self) -> None:
        self.open = False
        self._chain = []
        self._frames = []
        self._type = ""
        self._half = ""
        self._linked = False
        self._headers = 0


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
