"""Connections to the dynos: those that wait for the next request, and new ones."""

import asyncio
from collections.abc import Sequence

from wherry.rehearse.overlay import Limits
from wherry.rehearse.router.backends import Backend, Balancer
from wherry.rehearse.router.dyno_connection import DynoConnection
from wherry.rehearse.router.faults import H19, H20, H21, H99, Fault
from wherry.rehearse.router.options import RouterOptions

# A dyno that starts, or one in quarantine, is looked at so often.
_LOOK_S = 0.05


class NoDyno(Exception):
    """No dyno takes the request; ``fault`` is what the log says.

    Attributes:
        dyno: The last one that was tried.
        connect_s: How long that took; None where none was tried.
    """

    def __init__(self, fault: Fault, dyno: str = "", connect_s: float | None = None) -> None:
        super().__init__(fault.desc)
        self.fault = fault
        self.dyno = dyno
        self.connect_s = connect_s


class Pool:
    """Every connection to a dyno."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        balancer: Balancer,
        limits: Limits,
        options: RouterOptions,
    ) -> None:
        self._loop = loop
        self._balancer = balancer
        self._limits = limits
        self._options = options
        self._idle: dict[tuple[str, str, int], list[DynoConnection]] = {}
        self._open: set[DynoConnection] = set()

    def take_idle(self) -> DynoConnection | None:
        """Return a connection that waits, of a dyno chosen by chance.

        Raises:
            NoDyno: there is none, and none will be.
        """
        up, fault = self._balancer.state()
        if fault is not None:
            raise NoDyno(fault)
        if not up or not self._idle:
            return None
        backend = self._balancer.choose(up)
        return None if backend is None else self._waiting(backend)

    async def take(self) -> tuple[DynoConnection, float]:
        """Return a connection, and how long it took to make; wait for a dyno that starts.

        Raises:
            NoDyno: none came about.
        """
        begun = self._loop.time()
        tried = 0
        while True:
            up, fault = self._balancer.state()
            if fault is not None:
                raise NoDyno(fault)
            backend = self._balancer.choose(up) if up else None
            if backend is None:
                await self._wait(begun, H99 if up else H20)
                continue
            waiting = self._waiting(backend)
            if waiting is not None:
                return waiting, 0.0
            tried += 1
            try:
                return await self._connect(backend)
            except NoDyno:
                self._balancer.quarantine(backend)
                if tried >= self._attempts(up):
                    raise

    def give_back(self, connection: DynoConnection) -> None:
        """Keep a connection for the next request, where it can carry one."""
        if connection.open and self._options.reuses:
            connection.rest(self._limits.router_idle_s)
            self._idle.setdefault(connection.key, []).append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close all of them."""
        for connection in list(self._open):
            connection.close()
        self._idle.clear()

    def _attempts(self, up: Sequence[Backend]) -> int:
        return min(self._limits.connect_attempts or 1, len(up))

    async def _wait(self, begun: float, fault: Fault) -> None:
        most = self._limits.boot_queue_s
        if most is not None and self._loop.time() - begun >= most:
            raise NoDyno(fault)
        await asyncio.sleep(_LOOK_S)

    def _waiting(self, backend: Backend) -> DynoConnection | None:
        waiting = self._idle.get((backend.dyno, backend.host, backend.port))
        while waiting:
            connection = waiting.pop()  # the youngest, so that the others grow old and go
            if connection.open:
                return connection
        return None

    async def _connect(self, backend: Backend) -> tuple[DynoConnection, float]:
        begun = self._loop.time()
        key = (backend.dyno, backend.host, backend.port)
        try:
            async with asyncio.timeout(self._limits.connect_timeout_s):
                _, connection = await self._loop.create_connection(
                    lambda: DynoConnection(self._loop, key, self._limits, self._dropped),
                    backend.host,
                    backend.port,
                )
        except TimeoutError:
            raise NoDyno(H19, backend.dyno, self._loop.time() - begun) from None
        except OSError as error:
            raise NoDyno(H21, backend.dyno, self._loop.time() - begun) from error
        self._open.add(connection)
        return connection, self._loop.time() - begun

    def _dropped(self, connection: DynoConnection) -> None:
        self._open.discard(connection)
        waiting = self._idle.get(connection.key)
        if waiting and connection in waiting:
            waiting.remove(connection)
