"""What the rehearsal's router adds to an app: milliseconds at the median, and its most requests.

Run as ``python -m benchmarks.rehearse.router [SECONDS]``. The app answers at once and in a
process of its own, so that nothing hides behind its work; the router's log line is rendered and
written to a file for each request, as in a rehearsal. Load is made by wrk: one client for the
time added, sixteen for the requests. Direct and through the router take turns, three times.
"""

import asyncio
import json
import multiprocessing
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.serving.load import require_wrk
from wherry.platforms import hosts
from wherry.rehearse.events import Event, LogLine
from wherry.rehearse.overlay import limits_of
from wherry.rehearse.router.backends import Backend
from wherry.rehearse.router.router import Router

ROUNDS: Final = 3
CLIENTS: Final = 16
MOST_ADDED_MS: Final = 0.8
LEAST_PER_S: Final = 2500
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
_UNITS_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class _App(asyncio.Protocol):
    """An app that answers every request with two letters."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            self._data = self._data[end + 4 :]
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


def _serve_app(port: int) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_App, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


def _serve_router(port: int, app_port: int, log: str) -> None:
    with Path(log).open("w") as file:

        def sink(event: Event) -> None:
            if isinstance(event, LogLine):
                file.write(f"{event.text}\n")

        async def run() -> None:
            backends = (Backend("web.1", "127.0.0.1", app_port, "up"),)
            router = Router(limits_of(hosts.get("heroku:basic")), lambda: backends, sink)
            await router.start(port)
            await asyncio.Event().wait()

        asyncio.run(run())


@contextmanager
def _running(target: Callable[..., None], *arguments: object) -> Iterator[None]:
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    try:
        _wait_for(int(str(arguments[0])))
        yield
    finally:
        process.terminate()
        process.join()


def _wait_for(port: int, patience_s: float = 20.0) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"Nothing listens at port {port} after {patience_s:g} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _measure(port: int, clients: int, seconds: int) -> tuple[float, float]:
    """Return the median in milliseconds, and requests a second."""
    said = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(clients), "--latency"),
            *("--duration", f"{seconds}s", f"http://127.0.0.1:{port}/"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    median = re.search(r"50%\s+([\d.]+)(us|ms|s)", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if median is None or rate is None or "Non-2xx" in said:
        raise SystemExit(f"The load came to nothing:\n{said}")
    return float(median[1]) * _UNITS_MS[median[2]], float(rate[1])


def main() -> int:
    """Print what was measured, and say whether it is within the bars."""
    require_wrk()
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    app_port, router_port = _free_port(), _free_port()
    direct: list[float] = []
    routed: list[float] = []
    rates: list[float] = []
    with (
        tempfile.NamedTemporaryFile(suffix=".log") as log,
        _running(_serve_app, app_port),
        _running(_serve_router, router_port, app_port, log.name),
    ):
        for _ in range(ROUNDS):
            direct.append(_measure(app_port, 1, seconds)[0])
            routed.append(_measure(router_port, 1, seconds)[0])
            rates.append(_measure(router_port, CLIENTS, seconds)[1])
    added_ms = statistics.median(routed) - statistics.median(direct)
    per_s = statistics.median(rates)
    print(
        json.dumps(
            {
                "added_p50_ms": round(added_ms, 3),
                "most_added_p50_ms": MOST_ADDED_MS,
                "requests_per_s": round(per_s),
                "least_requests_per_s": LEAST_PER_S,
            }
        )
    )
    return 0 if added_ms < MOST_ADDED_MS and per_s >= LEAST_PER_S else 1


if __name__ == "__main__":
    sys.exit(main())
