"""What a line only mentions: an app that logs a visitor's words has not failed to build."""

import re
from typing import Final

from wherry.causes.catalogue import CATALOGUE
from wherry.causes.cause import Stage
from wherry.signatures.events import Event

_OF_BUILDS: Final = frozenset(cause.name for cause in CATALOGUE if cause.stage is Stage.BUILD) | {
    "no-matching-distribution", "package-index-unreachable", "another-language", "~sdist-failed",
    "~build-failed", "gunicorn-not-installed", "start-command-not-found", "system-lib-missing",
    "release-phase-failed", "exit-127",
}  # fmt: skip
_CALM: Final = re.compile(r".{0,80}?(?:^|[\s\[(|])(?:INFO|DEBUG)(?:[\s\]:|)/]|$)")
_ASKED: Final = re.compile(
    r"(?:(?!ERROR|CRITICAL|WARN).){0,160}?\b(?:q|query|search|searched for|term|text|comment"
    r"|subject|title|prompt|question)[\"']?\s?[=:] ?[\"']"
)

# A calm line that holds an exception between quotes tells of one that somebody wrote about.
_TOLD: Final = re.compile(
    r"\W{0,3}(?:INFO|DEBUG)\b(?!.{0,80}\bfail).{0,200}[\"'`\u201c\u2018][\w.]*"
    r"(?:Error|Exception): "
)

# Programs that catch an exception often print its message alone, after words of their own.
_REPORTS: Final = re.compile(
    r"(?:.{0,80}?[\s\[(|:])?(?:ERROR|CRITICAL|FATAL)\b"
    r"|\W{0,4}(?i:error|failed|failure|could not|couldn't|cannot|unable to|exception)\b"
    r"|(?:(?!INFO|DEBUG|WARN|Warning)[^:]){0,80}\b(?i:error|failed|exception)\b[^:]{0,60}: "
)
_WARNS: Final = re.compile(r".{0,80}?(?:^|[\s\[(|])(?:INFO|DEBUG|WARN|WARNING)\b|.{0,120}Warning: ")
_HANDLED: Final = re.compile(
    r"(?i)\b(?:falling back|fall back|fallback|using \S+ instead|ignor(?:ed|ing)|skipping"
    r"|retrying)\b"
)
TOLD_BY_APPS: Final = frozenset(
    cause.name for cause in CATALOGUE if cause.stage in (Stage.MODEL, Stage.BOOT)
) | {"memory-alloc-failed", "numpy-not-json", "webcam-on-server", "fork-after-model-load"}
"""What an app's own line about an error is believed to tell."""


def reports(event: Event) -> bool:
    """Whether the line tells of an error, with or without the exception's class."""
    text = event.text
    return _may_fail(text) and bool(_REPORTS.match(text)) and not _WARNS.match(text)


def _may_fail(text: str) -> bool:
    """Whether any word of ``_REPORTS`` is there: quicker, and enough for nearly every line."""
    low = text.lower()
    told = "error" in low or "fail" in low or "exception" in low or "critical" in low
    return told or "could" in low or "cannot" in low or "unable" in low or "fatal" in low


def repeats(event: Event) -> bool:
    """Whether the line only repeats what a visitor asked for."""
    asked = _ASKED.match(event.text) or _TOLD.match(event.text)
    return event.source != "build" and bool(asked)


def mentioned(name: str, event: Event) -> bool:
    """Whether a build's failure is only spoken of, calmly, by what is no build."""
    if name in TOLD_BY_APPS and _WARNS.match(event.text) and _HANDLED.search(event.text):
        return True
    if name not in _OF_BUILDS or event.source == "build" or event.building:
        return False
    return bool(_CALM.match(event.text))
