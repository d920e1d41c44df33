"""What no signature knows: kept apart, so that it can be quoted, and nothing else is blamed."""

import re
from typing import Final

from wherry.explain.mentions import repeats
from wherry.signatures.events import Event

_KEPT: Final = 12
_LEVEL: Final = re.compile(
    r"(?:^|[\s\[(|:])(?:CRITICAL|FATAL|ERROR|PANIC)(?:$|[\s\]):|/])|^(?:fatal|panic|error|Error): "
    r"|^\s*!\s+(?:Error|Push rejected)|^CommandError: |^\s*E: |\[(?:\w+:)?(?:emerg|crit|alert)\]"
    r"|\[error\] .{1,300}\(13: Permission denied\)"
    # apt, wherever a prefix that nobody knows ends.
    r"|[ \t]E: (?:Package|Unable to|Version|The repository|Failed to fetch) "
)
_QUIET: Final = re.compile(
    r"(?i)\b(?:0 errors?|no errors?|errors?[=:] ?0|without errors?|level=info|level=debug)\b"
    r"|^\[?(?:INFO|DEBUG|notice)\b|\bat=info\b|SSL_(?:do_handshake|read|shutdown|write)\(\)"
    r"|open socket #\d+ left in connection"
    # A database server tells what it refused; who asked may have expected it, or tries again.
    r"|the database system is (?:starting up|shutting down|not yet accepting|in recovery mode)"
    r"|terminating (?:connection due to administrator command|walreceiver|background worker)"
    r"|canceling (?:autovacuum task|statement due to user request)|role \"root\" does not exist"
    r"|UTC (?:\[\d+\] )?(?:\S+ )?ERROR: +duplicate key value violates unique constraint"
    r"|^\[\d+\] (?:\S+ )?ERROR: +duplicate key value violates unique constraint"
)


class Unknown:
    """Exceptions and error lines that are outside the catalogue.

    Attributes:
        exceptions: With frames, distinct ones, in the order of the log.
        bare: Exceptions without frames.
        errors: Lines that are errors by their own account.
    """

    words: Final = frozenset(
        b"ERROR CRITICAL FATAL PANIC Error Exception fatal panic CommandError SystemCheckError "
        b"error E emerg crit alert".split()
    )

    def __init__(self) -> None:
        self.exceptions: list[Event] = []
        self.bare: list[Event] = []
        self.errors: list[Event] = []
        self.changes = 0
        self._known: set[tuple[str, str]] = set()

    def exception(self, event: Event) -> None:
        """Take an exception that no signature knows."""
        raised = event.raised
        if raised is None or raised.name.endswith("Warning"):
            return
        where = raised.frames[-1] if raised.frames else None
        key = (raised.type, f"{where.path}:{where.line}" if where else raised.message[:80])
        if key in self._known or len(self._known) > 500:
            return
        self._known.add(key)
        self.changes += 1
        kept = self.exceptions if raised.frames else self.bare
        if len(kept) < _KEPT:
            kept.append(event)

    def forgive(self, text: str) -> None:
        """Forget a line that announced an exception which turned out to be harmless."""
        self.errors = [event for event in self.errors if event.text != text]

    def cut_off(self, event: Event) -> None:
        """Take the last frame of a traceback that has no end."""
        self.bare.append(event)
        self.changes += 1

    def line(self, event: Event) -> None:
        """Take a line that no signature knows."""
        if not _LEVEL.search(event.text) or _QUIET.search(event.text) or repeats(event):
            return
        if len(self.errors) >= _KEPT:
            self.errors.pop(_KEPT // 2)
        self.errors.append(event)
