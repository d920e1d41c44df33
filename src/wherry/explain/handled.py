"""Exceptions that the program, or Python itself, caught: it logs them, and goes on."""

import re
from typing import Final

from wherry.explain.ledger import Ledger
from wherry.explain.unknown import Unknown
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict

_CAUGHT: Final = re.compile(
    r"^\W{0,3}(?:WARNING|WARN)\b|: WARNING/|\[(?:WARNING|WARN)\]|\bretry: Retry in\b"
)
# What Python says where there is nobody to raise to: in a deallocator, after a fork, at its end. A
# thread that ends of it is another matter.
# Source: PyErr_FormatUnraisable in CPython 3.12 to 3.14, and sys.unraisablehook.
_IGNORED: Final = re.compile(r"^Exception ignored (?:in(?! thread started by)|on|while)\b")
# What a program may do without; a model that could not be loaded is another matter.
_SPARED: Final = frozenset(
    ("third-party-service", "outbound-call-without-timeout", "database-credentials-stale",
     "database-localhost")
)  # fmt: skip
_FAILED: Final = (
    "~app-crash", "~answered-500", "~server-error", "~step-failed", "~build-failed", "H10",
    "worker-timeout", "exit-137",
)  # fmt: skip
_KEPT: Final = 50


class Handled:
    """Exceptions that were put aside, until the end tells whether anything failed."""

    def __init__(self) -> None:
        self._aside: list[tuple[Event, Verdict | None]] = []

    def take(self, event: Event, verdict: Verdict | None) -> bool:
        """Put an exception aside that is called a warning; return whether it was one.

        One that Python ignored, and nobody knows, is dropped: whatever failed did not fail of it.
        """
        ignored = _IGNORED.search(event.introduction) is not None
        if ignored and verdict is None:
            return True
        if not ignored and not _CAUGHT.search(event.introduction):
            return False
        if event.building or len(self._aside) >= _KEPT:
            return False
        if verdict is not None and verdict.name not in _SPARED:
            return False
        self._aside.append((event, verdict))
        return True

    def give_back(self, ledger: Ledger, unknown: Unknown, lines: int) -> None:
        """Enter those that were no mere warnings: something failed, or nothing came after them."""
        failed = ledger.first(*_FAILED) is not None
        kept = []
        for event, verdict in self._aside:
            if not failed and event.number < lines:
                kept.append((event, verdict))
            elif verdict is not None:
                ledger.enter(verdict, event)
            else:
                unknown.exception(event)
        self._aside = kept
