"""When a request must be answered: by its router's limit, its client's wish, its model's setting.

Only what comes from outside is read here; none of it is believed beyond reason.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wherry.errors import InvalidInput
from wherry.platforms import heroku

logger = logging.getLogger("wherry")

# An answer still has to be written, sent, and passed on before the router gives up.
PASSING_ON_S: Final = 0.5
# A router's clock may be ahead of ours by so much before it is worth a word.
CLOCKS_APART_S: Final = 1.0
# No router holds a request for longer; a header that says so was not written by one.
LONGEST_WAIT_S: Final = 600.0
# So many requests in a row that are older than their router would wait: it is the clocks that
# differ. One of ours may have been set, and to refuse every request from then on is worse than to
# answer a few whose clients are gone.
UNBELIEVED_AFTER: Final = 16
# The same complaint is logged once in this time.
COMPLAINT_EVERY_S: Final = 60.0
# So long a body may take to arrive, unless a setting says otherwise: 16 MiB at 2 Mbit/s.
BODY_TIMEOUT_S: Final = 60.0
# And so long a client may take nothing of its answer. A router passes what is slow on by itself.
ANSWER_TIMEOUT_S: Final = 60.0
# Longer texts are nobody's number.
MAX_CHARACTERS: Final = 32
MAX_DIGITS: Final = 18
CLIENT_HEADER: Final = "X-Request-Timeout-Ms"
# What the header's number counts: seconds (nginx), milliseconds (Heroku) or microseconds. By its
# size it can only be one of them, for a date between 1973 and 5138.
_UNITS: Final = ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6))


@dataclass(frozen=True, slots=True)
class Haste:
    """How much of its time a request has used before it arrived, and what its client gives it.

    Attributes:
        left_s: Seconds until its router gives up, counted from its arrival; None without one.
        timeout_s: Seconds that its client waits, counted from its arrival; None if it did not say.
        arrived: When it arrived, on the clock of ``time.monotonic``.
    """

    left_s: float | None = None
    timeout_s: float | None = None
    arrived: float = 0.0

    def deadline(self, model_timeout_s: float, timeout_s: float | None = None) -> float:
        """Return the earliest moment by which it must be answered, now that all of it is here.

        ``timeout_s`` is what the request's body itself says. A router begins to count when it has
        sent the whole request, and so does the model's setting: a slow upload is not held against
        it, but by the client's own wish.
        """
        now = time.monotonic()
        within_s = model_timeout_s
        if self.left_s is not None and self.left_s < within_s:
            within_s = self.left_s
        deadline = now + within_s
        if self.timeout_s is not None:
            deadline = min(deadline, self.arrived + self.timeout_s)
        if timeout_s is not None:
            deadline = min(deadline, (self.arrived or now) + timeout_s)
        return deadline


NO_HASTE: Final = Haste()


class RouterClock:
    """Reads ``X-Request-Start``: when a router took the request, on the router's clock."""

    def __init__(
        self,
        limit_s: float = heroku.ROUTER_TIMEOUT_S,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit_s = limit_s
        self._wall = wall
        self._monotonic = monotonic
        self._too_old_in_a_row = 0
        self._said: dict[str, float] = {}

    def left_s(self, header: str) -> float | None:
        """Return the seconds until the router gives up; None where the header tells nothing.

        It may be negative.
        """
        started = parse_start(header)
        if started is None:
            self._complain("X-Request-Start is not a time, so that it is not known how long")
            return None
        waited_s = self._wall() - started
        if 0.0 <= waited_s < self._limit_s:
            self._too_old_in_a_row = 0
        else:
            waited_s = self._bound(waited_s)
        return self._limit_s - PASSING_ON_S - waited_s

    def _bound(self, waited_s: float) -> float:
        if waited_s < 0.0:
            if waited_s < -CLOCKS_APART_S:
                self._complain(
                    "X-Request-Start lies in the future, so that it is not known how long"
                )
            return 0.0
        if waited_s > LONGEST_WAIT_S:
            self._complain(
                "X-Request-Start lies too far in the past to be true; it is not known how long"
            )
            return 0.0
        self._too_old_in_a_row += 1
        if self._too_old_in_a_row <= UNBELIEVED_AFTER:
            return waited_s
        self._complain(
            "every request is older than its router would wait, by X-Request-Start: the clocks "
            "must differ, and it is not known how long"
        )
        return 0.0

    def _complain(self, what: str) -> None:
        now = self._monotonic()
        if now - self._said.get(what, -COMPLAINT_EVERY_S) >= COMPLAINT_EVERY_S:
            self._said[what] = now
            logger.warning("%s requests waited before they came here.", what)


def parse_start(header: str) -> float | None:
    """Return the seconds since 1970 that a header's number means, or None where it is none.

    Written as ``1700000000000`` (Heroku), ``1700000000.000`` or ``t=1700000000.000`` (nginx).
    """
    text = header.strip().removeprefix("t=")
    if not text or len(text) > MAX_CHARACTERS or not text.isascii():
        return None
    whole, _, fraction = text.partition(".")
    if not whole.isdigit() or (fraction and not fraction.isdigit()):
        return None
    number = float(text)
    for below, unit_s in _UNITS:
        if number < below:
            return number * unit_s
    return None


def parse_timeout_ms(header: str) -> float:
    """Return the seconds that a client's header gives its request.

    Raises:
        InvalidInput: it is not a whole number of milliseconds above 0.
    """
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and int(text) > 0:
        return int(text) / 1000
    raise InvalidInput(
        f"The header {CLIENT_HEADER} must be a whole number of milliseconds above 0: how long the "
        "client waits for its answer."
    )
