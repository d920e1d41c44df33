"""The HTTP server of one worker: granian's, started on a socket that listens already."""

import resource
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from granian import _granian
from granian._futures import _new_cbscheduler
from granian._loops import loops
from granian.http import HTTP1Settings

from wherry.django.server.handover import Answerer, Lifeline
from wherry.django.server.listener import BACKLOG
from wherry.django.server.scheduling import impatient, patient_threads
from wherry.platforms import heroku
from wherry.serving.deadlines import ANSWER_TIMEOUT_S

# granian's server classes open one socket for each worker, after the application has been
# imported: until then connections are refused, and those that wait die with their worker. So
# the worker half of granian is started here directly. It is not a documented interface; the
# dependency is pinned to the versions that the tests have seen.

# Its stub file lags behind it.
_native: Any = _granian

# Longer than the router keeps an idle connection, by a margin for clocks and delays. The same
# timer is what ends a client that sends its headers slowly; 90 s on, such a client costs a file
# descriptor and no thread.
KEEP_ALIVE_S = heroku.ROUTER_IDLE_S + 30
# Idle connections count as well, and routers keep many; clients that come directly may open a
# thousand and say nothing. An idle one holds some 10 KB and a file descriptor.
MAX_CONNECTIONS = 4096
# What the process needs descriptors for besides.
OTHER_DESCRIPTORS = 256
# Threads beyond the first end after this long without a request, and their memory with them.
IDLE_THREAD_S = 30


def serve(
    answer: Answerer,
    listener: socket.socket,
    *,
    threads: int,
    keep_alive_s: float = KEEP_ALIVE_S,
    answer_timeout_s: float = ANSWER_TIMEOUT_S,
    lifeline: Lifeline | None = None,
    started: Callable[[], None],
) -> None:
    """Answer requests until SIGTERM, SIGINT or the end of the lifeline.

    Returns when those that run then are answered.

    A client that takes nothing of an answer for ``answer_timeout_s`` loses its connection.

    ``listener`` is bound; it begins to listen here if it does not yet. ``answer`` is called by as
    many threads, and ``started`` when connections are being accepted.
    """
    listener.listen(BACKLOG)
    _give_up_unread(listener, answer_timeout_s)
    told_to_stop = _told_to_stop(lifeline)
    finished = threading.Event()
    shutdown = _native.WorkerSignal()
    shutdown.add_cb(finished.set)
    worker = _native.WSGIWorker(
        worker_id=1,
        sock=(None, _native.SocketHolder(listener.fileno(), False, BACKLOG)),
        ipc=None,
        threads=1,
        py_threads=threads,
        py_threads_idle_timeout=IDLE_THREAD_S,
        backpressure=_most_connections(),
        http_mode="1",
        http1_opts=HTTP1Settings(header_read_timeout=int(keep_alive_s * 1000)),
        ssl_crl=[],
        metrics=(None, None),
    )
    loop = loops.get("asyncio")
    scheduler = _new_cbscheduler(loop, impatient(answer), impl_asyncio=True)
    with patient_threads():
        worker.serve_mtr(scheduler, loop, shutdown)
    started()
    told_to_stop.get()
    shutdown.set()
    finished.wait()


def _told_to_stop(lifeline: Lifeline | None) -> "SimpleQueue[None]":
    """Return what has something in it once this process is to end, and perhaps more than once.

    A platform tells each process, wrappers pass it on, and so does the supervisor. granian's own
    handler stops its worker each time, and the third time waits for ever, with Python's lock.
    """
    told: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Of all that wakes another thread, this may be called by a handler that interrupts itself.
        signal.signal(number, lambda *_: told.put(None))
    if lifeline is not None:
        lifeline.end_with(lambda: told.put(None))
    return told


def _most_connections() -> int:
    """Return how many connections may be open, having raised the limit of descriptors for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, soft - OTHER_DESCRIPTORS))


def _give_up_unread(listener: socket.socket, seconds: float) -> None:
    """Let the kernel close accepted connections whose clients leave an answer unread.

    No thread waits for such a client, but it holds its answer in memory.

    Source: tcp(7), TCP_USER_TIMEOUT, which counts data that a full window holds back as well.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, max(1, int(seconds * 1000)))
