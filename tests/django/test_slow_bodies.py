"""Clients that are slow to send: given up in time, told so, and nobody else suffers."""

import socket
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.django.serving import DENSE, SETTINGS, Server, in_thread, make_site, wherry_serve
from wherry.django.server.connections import Connection, accepted
from wherry.django.server.slow_bodies import (
    APART_S,
    SILENT_S,
    SLOW_S,
    STALL_S,
    Incoming,
    SlowBodies,
)

NOW = 1000.0
TIMEOUT_S = 60.0
CLIENT, OTHER = "10.0.0.1", "10.0.0.2"


CUT: list[float] = []


class Wire(Connection):
    """A connection that remembers that it was cut."""

    def stop_receiving(self) -> bool:
        CUT.append(self.received)
        return True


class Site:
    """A process of four threads at one moment."""

    def __init__(self) -> None:
        CUT.clear()
        self.connections: list[Connection] = []
        self.ended = 0
        self.watch = SlowBodies(
            4, timeout_s=TIMEOUT_S, port=1, act=self._end, connections=lambda _: self.connections
        )

    def _end(self) -> None:
        self.ended += 1

    def connect(self, heard_s_ago: float, *, address: str = CLIENT, sent_s_ago: float = 99) -> None:
        descriptor = len(self.connections)
        self.connections.append(Wire(descriptor, address, NOW - heard_s_ago, NOW - sent_s_ago))

    def ask(self, begun_s_ago: float, *, address: str = CLIENT, waits: bool = False) -> Incoming:
        incoming = Incoming(address, NOW - begun_s_ago)
        if waits:
            incoming.waits_since = incoming.began
        self.watch._incoming.add(incoming)
        return incoming

    def slow(
        self, waits_s: float, *, heard_s_ago: float | None = None, address: str = CLIENT
    ) -> None:
        self.ask(waits_s, address=address, waits=True)
        self.connect(waits_s if heard_s_ago is None else heard_s_ago, address=address)

    def look(self) -> list[float]:
        """Return how long ago those were heard that are given up."""
        self.watch.look(NOW)
        return [NOW - received for received in CUT]


@pytest.fixture
def site() -> Site:
    return Site()


def test_nobody_is_given_up_who_sends_in_time(site: Site) -> None:
    """Three of four threads may wait for as long as a body may take."""
    for _ in range(3):
        site.slow(TIMEOUT_S - 1)
    assert site.look() == []


def test_bodies_that_have_just_begun_are_left_alone(site: Site) -> None:
    """Even when every thread waits for one."""
    for _ in range(4):
        site.slow(SILENT_S / 2)
    assert site.look() == []
    assert site.ended == 0


def test_a_body_that_takes_too_long_is_given_up(site: Site) -> None:
    """Whether its client is silent or sends a byte now and then."""
    site.slow(TIMEOUT_S + 1)
    site.slow(TIMEOUT_S + 2, heard_s_ago=0.1, address=OTHER)
    site.slow(10)
    assert sorted(site.look()) == [pytest.approx(0.1), pytest.approx(TIMEOUT_S + 1)]


def test_a_page_that_is_asked_for_in_the_same_moment_is_not_taken_for_one(site: Site) -> None:
    """It waits for a thread; the kernel's clock is too coarse to tell that it came last."""
    for _ in range(4):
        site.slow(SILENT_S + 0.5)
    site.connect(SILENT_S + 0.504)
    assert site.look() == [pytest.approx(SILENT_S + 0.5, abs=0.001)] * 4


def test_a_queue_of_pages_that_grew_all_the_while_is_not_taken_for_them(site: Site) -> None:
    """A hundred a second were asked for since, most by connections on lower descriptors."""
    slow_s = SILENT_S + 0.5
    for number in range(3, 150):
        site.connect(slow_s - number / 100)
    for _ in range(4):
        site.slow(slow_s)
    for number in (1, 2):
        site.connect(slow_s - number / 100)
    assert site.look() == [pytest.approx(slow_s)] * 4


def test_the_longest_is_given_up_where_slow_ones_hold_too_many_threads(site: Site) -> None:
    """All four wait, though each is heard: one thread is got back for the rest of the site."""
    for waits_s in (SLOW_S + 1, SLOW_S + 2, SLOW_S + 3, SLOW_S + 4):
        site.slow(waits_s, heard_s_ago=0.1)
    assert len(site.look()) == 1


def test_silent_ones_are_given_up_where_nobody_else_can_be_answered(site: Site) -> None:
    """Of four that hold every thread, those that say nothing; a slow upload goes on."""
    for _ in range(3):
        site.slow(SILENT_S + 0.5)
    site.slow(SILENT_S + 0.5, heard_s_ago=0.1)
    assert site.look() == [pytest.approx(SILENT_S + 0.5)] * 3


def test_who_waits_for_its_answer_is_not_cut(site: Site) -> None:
    """A long run for a client of the same address, which may be a router: its request is whole."""
    site.ask(TIMEOUT_S + 1)
    site.connect(TIMEOUT_S + 1.01)
    site.slow(TIMEOUT_S + 5)
    assert site.look() == [pytest.approx(TIMEOUT_S + 5)]


def test_whoever_cannot_be_told_apart_from_it_is_not_cut_either(site: Site) -> None:
    """One connection, two requests that may be its: better none."""
    site.ask(TIMEOUT_S + 1)
    site.connect(TIMEOUT_S + 1 - APART_S / 2)
    site.ask(TIMEOUT_S + 1, waits=True)
    assert site.look() == []


def test_connections_that_owe_nothing_are_not_cut(site: Site) -> None:
    """Those that have been answered and are kept open, and those of others."""
    site.ask(TIMEOUT_S + 1, waits=True)
    site.connect(TIMEOUT_S + 1, sent_s_ago=TIMEOUT_S)
    site.connect(TIMEOUT_S + 1, address=OTHER)
    assert site.look() == []
    assert site.ended == 0


def test_who_waits_for_a_thread_is_not_cut(site: Site) -> None:
    """It came after those who hold them."""
    for _ in range(4):
        site.slow(SILENT_S + 1)
    site.connect(SILENT_S + 0.5)
    assert site.look() == [pytest.approx(SILENT_S + 1)] * 4


def test_the_process_ends_when_all_threads_wait_and_no_connection_is_found(site: Site) -> None:
    """Not on Linux, say: nothing else would give a thread back."""
    for _ in range(4):
        site.ask(STALL_S - 1, waits=True)
    site.look()
    assert site.ended == 0
    site.watch._incoming.clear()
    for _ in range(4):
        site.ask(STALL_S + 1, waits=True)
    site.look()
    assert site.ended == 1


def test_time_counts_only_while_a_thread_waits() -> None:
    """What the site does between two pieces is not the client's fault."""
    incoming = Incoming(f"::ffff:{CLIENT}", time.monotonic() - 100)
    assert incoming.address == CLIENT
    assert incoming.read(BytesIO(b"abc"), 2) == b"ab"
    assert incoming.slowness_s(time.monotonic()) == 0.0
    assert incoming.waited_s < 1


def waited(length_bytes: int | None, *, given_up: bool) -> Incoming:
    incoming = Incoming(CLIENT, time.monotonic() - 5, length_bytes)
    incoming.waited_s = 4.0
    incoming.given_up = time.monotonic() if given_up else None
    return incoming


def read_all(incoming: Incoming, body: BytesIO, *size: int) -> bytes:
    return b"".join(iter(lambda: incoming.read(body, *size), b""))


@pytest.mark.parametrize("size", [(), (2,)])
@pytest.mark.parametrize(("length_bytes", "given_up"), [(100, True), (100, False), (None, True)])
def test_a_body_that_was_given_up_is_never_taken_for_whole(
    length_bytes: int | None, given_up: bool, size: tuple[int, ...]
) -> None:
    """A site would act on half a form."""
    incoming, body = waited(length_bytes, given_up=given_up), BytesIO(b"abc")
    with pytest.raises(TimeoutError):
        read_all(incoming, body, *size)


@pytest.mark.parametrize("size", [(), (2,)])
@pytest.mark.parametrize(("length_bytes", "given_up"), [(3, True), (3, False), (None, False)])
def test_a_slow_body_that_is_whole_is_taken(
    length_bytes: int | None, given_up: bool, size: tuple[int, ...]
) -> None:
    """Another connection of the same client may have been cut."""
    incoming, body = waited(length_bytes, given_up=given_up), BytesIO(b"abc")
    assert read_all(incoming, body, *size) == b"abc"


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux tells")
def test_the_kernel_tells_which_connection_was_heard_and_answered(listener: socket.socket) -> None:
    """Three connections of one client: silent, heard, answered; no descriptor is left open."""
    port = listener.getsockname()[1]
    before = _open_descriptors()
    clients, sides = [], []
    for _ in range(3):
        clients.append(socket.create_connection(("127.0.0.1", port)))
        sides.append(listener.accept()[0])
    time.sleep(0.05)
    clients[1].sendall(b"x")
    clients[2].sendall(b"x")
    assert sides[1].recv(1) == sides[2].recv(1) == b"x"
    time.sleep(0.05)
    sides[2].sendall(b"y")
    assert clients[2].recv(1) == b"y"
    found = {each.descriptor: each for each in accepted(port)}
    assert set(found) == {side.fileno() for side in sides}
    heard, answered = found[sides[1].fileno()], found[sides[2].fileno()]
    assert heard.is_unanswered
    assert heard.received > heard.sent
    assert not answered.is_unanswered
    assert heard.stop_receiving()
    assert sides[1].recv(1) == b""
    sides[1].sendall(b"still")
    assert clients[1].recv(5) == b"still"
    for each in (*clients, *sides):
        each.close()
    assert not heard.stop_receiving()
    assert _open_descriptors() == before


BEGUN = (
    b"POST /v1/models/dense:predict HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Four threads, and three seconds for a body."""
    settings = SETTINGS % str(DENSE) + 'WHERRY["BODY_TIMEOUT_S"] = 3\n'
    folder = make_site(tmp_path_factory.mktemp("site"), settings=settings)
    with wherry_serve(folder, "--processes", "1", "--threads", "4") as found:
        found.wait_for("1 process x 4 threads")
        yield found


def answer(connection: socket.socket) -> bytes:
    with connection:
        connection.settimeout(30)
        return connection.recv(4096)


def test_a_client_that_does_not_finish_sending_is_told_so(server: Server) -> None:
    """408 after the time that the settings give, while pages are answered as before."""
    begun = time.monotonic()
    with in_thread(lambda: answer(server.raw(BEGUN))) as told:
        while time.monotonic() < begun + 2.5:
            assert server.get("/state").status == 200
        said = told()
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"The body did not come in time" in said
    assert 2.5 < time.monotonic() - begun < 20


def test_a_client_that_sends_a_byte_now_and_then_is_told_so_too(server: Server) -> None:
    """It is heard all the time, and takes too long for all that."""
    connection = server.raw(BEGUN)
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.1):
            try:
                connection.sendall(b" ")
            except OSError:
                return

    with in_thread(drip):
        said = connection.recv(4096)
        done.set()
    connection.close()
    assert said.startswith(b"HTTP/1.1 408 ")


def test_many_of_them_do_not_stop_the_site_for_long(server: Server) -> None:
    """Sixteen on four threads: given up within seconds, by the same process."""
    worker = server.get("/state").json()["pid"]
    connections = [server.raw(BEGUN) for _ in range(16)]
    assert server.get("/state", timeout_s=30).json()["pid"] == worker
    for connection in connections:
        connection.close()


def test_a_request_that_takes_its_time_is_answered_beside_them(server: Server) -> None:
    """It comes from the same address and is older than what is given up."""
    with in_thread(lambda: server.get("/slow?s=5").body) as slow:
        time.sleep(0.2)
        assert answer(server.raw(BEGUN)).startswith(b"HTTP/1.1 408 ")
        assert slow() == b"slow"


def test_a_thousand_idle_connections_do_not_stop_the_site(server: Server) -> None:
    """Half of them have begun a request and stopped within its headers."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("this machine allows a process too few descriptors to try it")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    idle: list[Any] = []
    try:
        idle += [server.raw(b"GET /state HTTP/1.1\r\nHost" if n % 2 else b"") for n in range(1100)]
        assert server.get("/state").status == 200
        assert server.post("/v1/models/dense:predict", {"instances": [[1.0] * 16]}).status == 200
    finally:
        for each in idle:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
