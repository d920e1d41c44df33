"""What all connections of one router share."""

import asyncio
import resource
from dataclasses import dataclass, field
from typing import Protocol

from wherry.rehearse.events import Sink
from wherry.rehearse.overlay import Limits
from wherry.rehearse.router.backends import Balancer
from wherry.rehearse.router.faults import H11, H14, H22, H23, H24, Fault
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.pool import Pool
from wherry.rehearse.router.requests import RequestHead

# Of this machine's open files: one for the client, one for the dyno, and what the process needs.
_FILES_PER_CONNECTION = 2
_OTHER_FILES = 128
_MOST_CONNECTIONS = 100_000


def most_connections(options: RouterOptions) -> int:
    """Return how many clients may be connected: what was asked for, or what can be open here."""
    if options.max_connections is not None:
        return options.max_connections
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max((files - _OTHER_FILES) // _FILES_PER_CONNECTION, 1)


class Ending(Protocol):
    """A request that is being served."""

    def give_up(self, fault: Fault) -> None:
        """End it with a code."""


@dataclass(slots=True, kw_only=True)
class Front:
    """The router's state.

    Attributes:
        most_connections: How many clients may be connected.
        requests: Those that are being served.
        connections: How many clients are connected.
        tasks: What waits for a dyno.
    """

    loop: asyncio.AbstractEventLoop
    limits: Limits
    options: RouterOptions
    sink: Sink
    balancer: Balancer
    pool: Pool
    most_connections: int
    requests: set[Ending] = field(default_factory=set)
    connections: set[asyncio.Transport] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def refuses(self, request: RequestHead) -> Fault | None:
        """Return why a request is turned away before a dyno is looked for."""
        dynos = self.balancer.count()
        if not dynos:
            return H14
        if len(self.connections) > self.most_connections:
            return H22
        queued = self.limits.queued_requests_per_dyno
        if queued is not None and len(self.requests) >= queued * dynos:
            return H11
        return H23 if self.options.legacy and request.misconfigured else None

    def close(self) -> None:
        """End what is being served (H24), and every connection."""
        for task in list(self.tasks):
            task.cancel()
        for request in list(self.requests):
            request.give_up(H24)
        for transport in list(self.connections):
            if transport.get_write_buffer_size():
                transport.abort()  # a client that does not read would hold it open
            else:
                transport.close()
        self.pool.close()
