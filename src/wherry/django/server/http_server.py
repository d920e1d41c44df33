"""The HTTP server of one worker: granian's, started on a socket that listens already."""

import socket
import threading
from collections.abc import Callable
from typing import Any

from granian import _granian
from granian._futures import _new_cbscheduler
from granian._loops import loops
from granian._signals import set_sync_signals
from granian.http import HTTP1Settings

from wherry.django.server.handover import Answerer
from wherry.django.server.listener import BACKLOG
from wherry.django.server.scheduling import impatient, patient_threads
from wherry.platforms import heroku

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
# Idle connections count as well, and routers keep many.
MAX_CONNECTIONS = 1024
# Threads beyond the first end after this long without a request, and their memory with them.
IDLE_THREAD_S = 30


def serve(
    answer: Answerer,
    listener: socket.socket,
    *,
    threads: int,
    keep_alive_s: float = KEEP_ALIVE_S,
    started: Callable[[], None],
) -> None:
    """Answer requests until SIGTERM or SIGINT; return when those that run then are answered.

    ``listener`` is bound; it begins to listen here if it does not yet. ``answer`` is called by as
    many threads, and ``started`` when connections are being accepted.
    """
    listener.listen(BACKLOG)
    shutdown = set_sync_signals()
    finished = threading.Event()
    shutdown.add_cb(finished.set)
    worker = _native.WSGIWorker(
        worker_id=1,
        sock=(None, _native.SocketHolder(listener.fileno(), False, BACKLOG)),
        ipc=None,
        threads=1,
        py_threads=threads,
        py_threads_idle_timeout=IDLE_THREAD_S,
        backpressure=MAX_CONNECTIONS,
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
    finished.wait()
