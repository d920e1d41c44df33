"""Who wrote a line: the prefixes that platforms put before what a process says."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Said:
    """A line, taken apart.

    Attributes:
        text: What the process said.
        process: ``web.1``, ``router``, a container's or machine's name; "" where none is told.
        source: ``app``, ``heroku``, ``build``, ``fly``, ``compose``, ``journal``, or "".
        time: As it stands there.
    """

    text: str
    process: str = ""
    source: str = ""
    time: str = ""


_TIME: Final = (
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    # A zone is no level: logging writes "2025-01-01 10:00:00,123 INFO".
    r"(?: ?(?:Z|UTC|(?!INFO|WARN|ERRO|DEBU|CRIT|FATA|TRAC)[A-Z]{3,4}\b|[+-]\d\d:?\d\d))?"
)
_HEROKU: Final = re.compile(
    rf"({_TIME}) (app|heroku|[a-z][\w-]{{0,40}})\[([\w./:-]{{1,60}})\]: ?(.*)", re.DOTALL
)
_FLY: Final = re.compile(
    rf"(?:({_TIME}) )?(app|proxy|runner|health|vm)\[(\w{{1,40}})\] ([a-z]{{3}}) \[(\w+)\] ?(.*)",
    re.DOTALL,
)
_DRAIN: Final = re.compile(
    r"(?:\d+ )?<\d{1,3}>1 (\S+) \S+ (app|heroku|[\w-]+) ([\w.-]+) (?:- ){1,2}(.*)", re.DOTALL
)
_TIMED: Final = re.compile(
    # Kubernetes adds whose line it is, and whether it is whole.
    rf"\[?({_TIME})\]?(?:\s+std(?:out|err) [FP](?=\s))?"
    r"(?:\s+\[(?:inf|info|err|error|warn|warning|dbg|debug)\])?"
    r"(?:\s+\[[a-z0-9]{5}\])?:?[ \t]?(.*)",
    re.DOTALL,
)
_DAY: Final = (
    r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2}|[A-Z][a-z]{2} +\d{1,2}(?:,? \d{4})?,?)"
    r" \d\d?:\d\d:\d\d(?:\.\d{1,9})?(?: ?[AP]M)?"
)
_JOURNAL: Final = re.compile(
    rf"({_DAY}) [\w.-]{{1,64}} ([\w@./-]{{1,64}})\[(\d{{1,8}})\]: ?(.*)", re.DOTALL
)
_PAPERTRAIL: Final = re.compile(
    rf"({_DAY}) [\w.-]{{1,64}} (app|heroku)/([\w.-]{{1,40}}):? ?(.*)", re.DOTALL
)
_DATED: Final = re.compile(
    rf"({_DAY})(?:[ \t]+\[(?:inf|info|err|error|warn|[a-z0-9]{{5}})\])?(?:  ?|\t)?(.*)", re.DOTALL
)
# A dashboard's clock, where it leaves the day out.
_CLOCK: Final = re.compile(r"(\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M)?) (.*)", re.DOTALL)
_COMPOSE: Final = re.compile(r"([A-Za-z][\w.@-]{0,80}?)\s{0,60}\| (.*)", re.DOTALL)
_FOREMAN: Final = re.compile(
    r"(\d\d?:\d\d:\d\d(?: [AP]M)?) ([a-z][\w.-]{0,40}) +\| {0,2}(.*)", re.DOTALL
)
_BUILDKIT: Final = re.compile(r"#\d{1,4} (?:\d{1,6}\.\d{1,3} )?(.*)", re.DOTALL)
_CLOUD_BUILD: Final = re.compile(r"Step #\d{1,3}(?: - \"[^\"]{1,80}\")?: ?(.*)", re.DOTALL)
_STEP_TIME: Final = re.compile(r"\d{1,6}\.\d{1,3} (.*)", re.DOTALL)
# What `gh run view --log` prints: the job, the step, and the line with its time.
_ACTIONS: Final = re.compile(rf"[^\t]{{1,120}}\t[^\t]{{1,160}}\t\ufeff?({_TIME}) ?(.*)", re.DOTALL)
_LEVEL: Final = re.compile(r"\[(?:inf|err|warn|dbg)\] {1,2}(.*)", re.DOTALL)
# Apache's error log, since 2.2; mod_wsgi's own lines keep their beginning.
_APACHE: Final = re.compile(
    r"\[([A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] "
    r"\[(?:\w*:)?\w+\] "
    r"(?:\[pid (\d{1,8})(?::tid \d+)?\] )?(?:\[(?:client|remote) [^\]]{1,60}\] ?)?(.*)",
    re.DOTALL,
)
# A test runner's or a table's bar is no container: known names only, or a number at the end.
_CONTAINER: Final = re.compile(
    r"[\w.-]*?[_-]\d{1,3}|web|app|api|django|backend|server|worker|db|postgres|redis|nginx|celery"
    r"|[\w.-]+\.\d{1,4}\.[a-z0-9]{20,}@[\w.-]+|gunicorn|[\w.]+[_-](?:web|app|api|db|worker)"
)


def split_prefix(line: str) -> Said:
    """Return who said a line, and what was said."""
    first = line[:1]
    if first.isdigit():
        return _timed(line)
    if first == "r" and line.startswith("remote:"):
        rest = line[7:]
        return Said(rest[1:] if rest[:1] == " " else rest, "build", "build")
    if first.isalpha():
        return _named(line)
    return _marked(line, first)


def _timed(line: str) -> Said:
    found = _HEROKU.match(line)
    if found:
        return Said(found[4], found[3], found[2], found[1])
    found = _FLY.match(line)
    if found:
        return Said(found[6], f"{found[2]}.{found[3]}", "fly", found[1] or "")
    found = _FOREMAN.match(line)
    if found:
        return Said(found[3], found[2], "app", found[1])
    found = _TIMED.match(line)
    if found:
        return Said(found[2], time=found[1])
    found = _DRAIN.match(line)
    if found:
        return Said(found[4], found[3], found[2], found[1])
    found = _CLOCK.match(line)
    if found:
        return Said(found[2], time=found[1])
    found = _STEP_TIME.match(line)
    return Said(found[1], "build", "build") if found else Said(line)


def _named(line: str) -> Said:
    if line.startswith("Step #"):
        found = _CLOUD_BUILD.match(line)
        if found:
            return Said(found[1], "build", "build")
    if "|" in line[:96]:
        found = _COMPOSE.match(line)
        if found and _CONTAINER.fullmatch(found[1]):
            inner = split_prefix(found[2]) if found[2][:1].isdigit() else Said(found[2])
            return Said(inner.text, found[1], "compose", inner.time)
    if line[3:4] == " " and line[:3].isalpha():
        return _dated(line)
    if "\t" in line[:160]:
        found = _ACTIONS.match(line)
        if found:
            return Said(found[2], time=found[1])
    if line[:3] in ("app", "pro", "run", "hea"):
        found = _FLY.match(line)
        if found:
            return Said(found[6], f"{found[2]}.{found[3]}", "fly")
    return Said(line)


def _dated(line: str) -> Said:
    found = _PAPERTRAIL.match(line)
    if found:
        return Said(found[4], found[3], found[2], found[1])
    found = _JOURNAL.match(line)
    if found:
        return Said(found[4], f"{found[2]}.{found[3]}", "journal", found[1])
    found = _DATED.match(line)
    return Said(found[2], time=found[1]) if found else Said(line)


def _marked(line: str, first: str) -> Said:
    if first == "#":
        found = _BUILDKIT.match(line)
        return Said(found[1], "build", "build") if found else Said(line)
    if first == "<":
        found = _DRAIN.match(line)
        return Said(found[4], found[3], found[2], found[1]) if found else Said(line)
    if first == "[":
        found = _APACHE.match(line)
        if found:
            return Said(found[3], f"apache.{found[2] or 0}", "apache", found[1])
        found = _LEVEL.match(line)
        if found:
            return Said(found[1])
    return Said(line)
