"""The router: it listens, and its rules are those of the platform."""

import asyncio

from wherry.errors import WherryError
from wherry.rehearse.events import Sink
from wherry.rehearse.overlay import Limits
from wherry.rehearse.router.backends import Backends, Balancer
from wherry.rehearse.router.client_connection import ClientConnection
from wherry.rehearse.router.front import Front, most_connections
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.pool import Pool

_BACKLOG = 1024


class PortTaken(WherryError):
    """The router cannot listen at its port."""


class Router:
    """An HTTP front with the platform's rules, in the event loop that starts it.

    Every request comes to its end with a line of the log and a ``RequestServed``, whatever
    became of it. A number that ``limits`` does not have is a rule that is not applied.
    """

    def __init__(
        self,
        limits: Limits,
        backends: Backends,
        sink: Sink,
        options: RouterOptions | None = None,
    ) -> None:
        """Make a router.

        Args:
            limits: The platform's times and sizes.
            backends: Tells the web dynos as they are now; asked for every request.
            sink: Gets the log lines and the measurements.
            options: The run's choices.
        """
        self._limits = limits
        self._backends = backends
        self._sink = sink
        self._options = options or RouterOptions()
        self._front: Front | None = None
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> int:
        """Listen, and return the port.

        Raises:
            PortTaken: another process listens there, or the port is not allowed.
        """
        loop = asyncio.get_running_loop()
        balancer = Balancer(self._backends, loop.time, self._limits.quarantine_s or 0.0)
        front = Front(
            loop=loop,
            limits=self._limits,
            options=self._options,
            sink=self._sink,
            balancer=balancer,
            pool=Pool(loop, balancer, self._limits, self._options),
            most_connections=most_connections(self._options),
        )
        try:
            self._server = await loop.create_server(
                lambda: ClientConnection(front), host, port, backlog=_BACKLOG
            )
        except OSError as error:
            raise PortTaken(
                f"The router cannot listen at {host}:{port}: {error.strerror or error}. Take"
                " another port, or none: a free one is found then."
            ) from error
        self._front = front
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def running(self) -> int:
        """How many requests are being served."""
        return 0 if self._front is None else len(self._front.requests)

    async def stop(self) -> None:
        """Listen no more, and end what is being served (H24)."""
        server, self._server = self._server, None
        front, self._front = self._front, None
        if server is None or front is None:
            return
        server.close()
        front.close()
        await asyncio.gather(*front.tasks, return_exceptions=True)
        await server.wait_closed()
