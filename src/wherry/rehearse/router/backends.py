"""The dynos as the router sees them, and which of them gets a request."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from wherry.rehearse.router.faults import H10, H14, Fault

UP: Final = "up"
STARTING: Final = "starting"
CRASHED: Final = "crashed"
DOWN: Final = "down"


@dataclass(frozen=True, slots=True)
class Backend:
    """A web dyno.

    Attributes:
        dyno: ``web.1``, as the log names it.
        host: The address that it listens at.
        port: The port that it was given.
        state: ``starting``, ``up``, ``crashed`` or ``down``.
    """

    dyno: str
    host: str
    port: int
    state: str


type Backends = Callable[[], Sequence[Backend]]


@dataclass(slots=True)
class Balancer:
    """Chooses by chance, as the platform does, and leaves dynos alone that refused a connection.

    Attributes:
        backends: Tells the dynos as they are now.
        clock: The event loop's time.
        quarantine_s: So long a dyno is left alone.
    """

    backends: Backends
    clock: Callable[[], float]
    quarantine_s: float
    _released: dict[tuple[str, int], float] = field(default_factory=dict)

    def quarantine(self, backend: Backend) -> None:
        """Leave a dyno alone for a while: it took no connection."""
        self._released[backend.host, backend.port] = self.clock() + self.quarantine_s

    def state(self) -> tuple[Sequence[Backend], Fault | None]:
        """Return the dynos that are up, and what to answer at once where none will ever be."""
        known = [backend for backend in self.backends() if backend.state != DOWN]
        if not known:
            return (), H14
        up = [backend for backend in known if backend.state == UP]
        if up or any(backend.state == STARTING for backend in known):
            return up, None
        return (), H10

    def choose(self, up: Sequence[Backend]) -> Backend | None:
        """Return one of the dynos; None where all of them are in quarantine."""
        if not self._released:
            return up[0] if len(up) == 1 else random.choice(up)  # noqa: S311
        now = self.clock()
        self._released = {key: at for key, at in self._released.items() if at > now}
        free = [backend for backend in up if (backend.host, backend.port) not in self._released]
        return random.choice(free) if free else None  # noqa: S311

    def count(self) -> int:
        """Return how many web dynos there are, whatever they do."""
        return sum(backend.state != DOWN for backend in self.backends())
