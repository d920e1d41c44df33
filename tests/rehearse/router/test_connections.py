"""The way to the dyno: none, one that starts, one that crashed, one that takes no connection."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.rehearse.router.stage import (
    GET,
    OK,
    Reader,
    Stage,
    Writer,
    answering,
    closing,
    limits,
    read_head,
)
from wherry.rehearse.router.backends import Backend, Balancer
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.router import PortTaken, Router

SHORT = 0.2


async def _line(stage: Stage, request: bytes = GET) -> str:
    async with stage:
        page = await stage.ask(request)
        assert page.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        return await stage.line()


NOWHERE = " dyno= connect= service= status=503 bytes= protocol="


def test_no_web_dyno() -> None:
    line = asyncio.run(_line(Stage(backends=lambda: ())))
    assert line.startswith('at=error code=H14 desc="No web processes running" method=GET path=')
    assert NOWHERE in line


def test_a_stopped_dyno_is_none() -> None:
    assert "code=H14" in asyncio.run(_line(Stage(answering(OK), state="down")))


def test_a_crashed_dyno() -> None:
    line = asyncio.run(_line(Stage(answering(OK), state="crashed")))
    assert line.startswith('at=error code=H10 desc="App crashed" method=GET path=')
    assert NOWHERE in line


def test_a_dyno_that_never_comes_up() -> None:
    stage = Stage(answering(OK), limits(boot_queue_s=SHORT), state="starting")
    line = asyncio.run(_line(stage))
    assert line.startswith('at=error code=H20 desc="App boot timeout" method=GET path=')
    assert NOWHERE in line


def test_a_request_waits_for_a_dyno_that_starts() -> None:
    async def run() -> None:
        async with Stage(answering(OK), state="starting") as stage:
            asked = asyncio.create_task(stage.ask(closing()))
            await stage.until(lambda: stage.router.running == 1)
            stage.state = "up"
            assert (await asked).endswith(b"ok")
            assert "at=info" in await stage.line()

    asyncio.run(run())


def test_a_dyno_that_crashes_while_a_request_waits() -> None:
    async def run() -> None:
        async with Stage(answering(OK), state="starting") as stage:
            asked = asyncio.create_task(stage.ask())
            await stage.until(lambda: stage.router.running == 1)
            stage.state = "crashed"
            await asked
            assert "code=H10" in await stage.line()

    asyncio.run(run())


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_refused_connection() -> None:
    backend = Backend("web.1", "127.0.0.1", _closed_port(), "up")
    line = asyncio.run(_line(Stage(backends=lambda: (backend,))))
    assert line.startswith('at=error code=H21 desc="Backend connection refused" method=GET')
    assert "dyno=web.1 connect=" in line
    assert "ms service= status=503 bytes= " in line


@contextmanager
def _deaf_port() -> Iterator[int]:
    """A port whose queue is full: it neither takes nor refuses a connection."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(server.getsockname())
            yield int(server.getsockname()[1])
        finally:
            for each in waiting:
                each.close()


def test_a_connection_that_does_not_come_about() -> None:
    with _deaf_port() as port:
        backend = Backend("web.1", "127.0.0.1", port, "up")
        stage = Stage(rules=limits(connect_timeout_s=SHORT), backends=lambda: (backend,))
        line = asyncio.run(_line(stage))
    assert line.startswith('at=error code=H19 desc="Backend connection timeout" method=GET')
    assert "dyno=web.1 connect=" in line
    assert "ms service= status=503 bytes= " in line


def test_another_dyno_is_tried() -> None:
    async def run() -> None:
        dead = Backend("web.2", "127.0.0.1", _closed_port(), "up")

        def backends() -> Sequence[Backend]:
            return (dead, Backend("web.1", "127.0.0.1", stage.dyno_port, "up"))

        async with Stage(answering(OK), backends=backends) as stage:
            for _ in range(20):
                assert (await stage.ask(closing())).endswith(b"ok")
            assert {event.code for event in stage.served} == {""}

    asyncio.run(run())


def test_a_dyno_in_quarantine_is_left_alone() -> None:
    """Where no other is there, requests wait for its end, and fail as H99 where it has none."""

    async def run() -> None:
        backend = Backend("web.1", "127.0.0.1", _closed_port(), "up")
        rules = limits(quarantine_s=60.0, boot_queue_s=SHORT)
        async with Stage(rules=rules, backends=lambda: (backend,)) as stage:
            await stage.ask()
            await stage.ask()
            first, second = await stage.line(1), await stage.line(2)
            assert "code=H21" in first
            assert second.startswith('at=error code=H99 desc="Platform error" method=GET')

    asyncio.run(run())


def test_quarantine_ends() -> None:
    now = 0.0
    one, two = (Backend(f"web.{number}", "127.0.0.1", number, "up") for number in (1, 2))
    balancer = Balancer(lambda: (one, two), lambda: now, 5.0)
    balancer.quarantine(one)
    assert {balancer.choose((one, two)) for _ in range(50)} == {two}
    assert balancer.choose((one,)) is None
    now = 5.0
    assert {balancer.choose((one, two)) for _ in range(50)} == {one, two}


def test_dynos_are_chosen_by_chance() -> None:
    dynos = tuple(Backend(f"web.{number}", "127.0.0.1", number, "up") for number in range(4))
    balancer = Balancer(lambda: dynos, lambda: 0.0, 5.0)
    counts = Counter(balancer.choose(dynos) for _ in range(4000))
    assert len(counts) == 4
    assert min(counts.values()) > 700


def test_too_many_requests_at_once() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        del writer
        await read_head(reader)
        await reader.read()

    async def run() -> None:
        async with Stage(dyno, limits(queued_requests_per_dyno=3)) as stage:
            clients = [await stage.client() for _ in range(3)]
            for client in clients:
                await client.send(GET)
            await stage.until(lambda: stage.router.running == 3)
            assert stage.lines == []
            await stage.ask()
            line = await stage.line()
            assert line.startswith('at=error code=H11 desc="Backlog too deep" method=GET')
            assert NOWHERE in line

    asyncio.run(run())


def test_too_many_clients() -> None:
    async def run() -> None:
        options = RouterOptions(max_connections=2)
        async with Stage(answering(OK), options=options) as stage:
            kept = [await stage.client() for _ in range(2)]
            for client in kept:
                await client.send(GET)
                await client.head()
            await stage.ask()
            line = await stage.line(3)
            assert line.startswith('at=error code=H22 desc="Connection limit reached" method=GET')
            assert NOWHERE in line

    asyncio.run(run())


def test_a_client_that_hangs_up_before_the_answer() -> None:
    """The connection to the dyno goes with it."""
    gone = asyncio.Event()

    async def dyno(reader: Reader, writer: Writer) -> None:
        del writer
        await read_head(reader)
        assert await reader.read() == b""
        gone.set()

    async def run() -> None:
        async with Stage(dyno) as stage:
            client = await stage.client()
            await client.send(GET)
            await stage.until(lambda: stage.dyno_connections == 1)
            await client.close()
            line = await stage.line()
            assert line.startswith(
                'sock=client at=warning code=H27 desc="Client Request Interrupted" method=GET'
            )
            assert "dyno=web.1 connect=" in line
            assert "status=499 bytes=0 " in line
            await asyncio.wait_for(gone.wait(), 20)

    asyncio.run(run())


def test_a_client_that_hangs_up_while_it_waits_for_a_dyno() -> None:
    async def run() -> None:
        async with Stage(answering(OK), state="starting") as stage:
            client = await stage.client()
            await client.send(GET)
            await stage.until(lambda: stage.router.running == 1)
            await client.close()
            assert "code=H27" in await stage.line()
            assert " dyno= connect= service= status=499 " in stage.lines[0]
            assert stage.router.running == 0

    asyncio.run(run())


def test_the_router_is_stopped_in_the_middle_of_an_answer() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await reader.read()

    async def run() -> None:
        async with Stage(dyno) as stage:
            client = await stage.client()
            await client.send(GET)
            await client.head()
            await client.exactly(4)
            await stage.router.stop()
            assert await client.rest() == b""
            line = await stage.line()
            assert line.startswith('at=error code=H24 desc="Forced close" method=GET')
            assert "ms status= bytes=4 " in line

    asyncio.run(run())


def test_stopping_ends_what_waits_for_a_dyno() -> None:
    async def run() -> None:
        async with Stage(answering(OK), state="starting") as stage:
            client = await stage.client()
            await client.send(GET)
            await stage.until(lambda: stage.router.running == 1)
            await stage.router.stop()
            assert stage.router.running == 0
            assert "code=H24" in await stage.line()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


async def _ask_twice(stage: Stage) -> int:
    async with stage:
        for _ in range(2):
            assert (await stage.ask(closing())).endswith(b"ok")
        return stage.dyno_connections


def test_a_connection_to_the_dyno_is_kept() -> None:
    assert asyncio.run(_ask_twice(Stage(answering(OK)))) == 1


@pytest.mark.parametrize("options", [RouterOptions(keepalive=False), RouterOptions(legacy=True)])
def test_a_connection_to_the_dyno_is_not_kept(options: RouterOptions) -> None:
    heads: list[bytes] = []

    async def dyno(reader: Reader, writer: Writer) -> None:
        while head := await read_head(reader):
            heads.append(head)
            writer.write(OK)

    assert asyncio.run(_ask_twice(Stage(dyno, options=options))) == 2
    assert all(b"\r\nConnection: close\r\n" in head for head in heads)


def test_an_idle_connection_is_closed_after_a_while() -> None:
    closed = asyncio.Event()

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(OK)
        assert await reader.read() == b""
        closed.set()

    async def run() -> None:
        async with Stage(dyno, limits(router_idle_s=SHORT)) as stage:
            assert (await stage.ask(closing())).endswith(b"ok")
            assert not closed.is_set()
            await asyncio.wait_for(closed.wait(), 20)

    asyncio.run(run())


def test_a_connection_that_the_dyno_closed_is_not_used_again() -> None:
    async def run() -> None:
        answer = OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        async with Stage(answering(answer, close=True)) as stage:
            for _ in range(5):
                assert (await stage.ask(closing())).endswith(b"ok")
            assert {event.code for event in stage.served} == {""}

    asyncio.run(run())


def test_a_dyno_that_closes_its_idle_connections_races_with_the_router() -> None:
    """A server whose keep-alive is shorter than the router's: the request is lost as H13."""

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(OK)
        await read_head(reader)  # has come already, when the server gives the connection up

    async def run() -> None:
        async with Stage(dyno) as stage:
            assert (await stage.ask(closing())).endswith(b"ok")
            assert (await stage.ask(closing())).startswith(b"HTTP/1.1 503 ")
            assert "code=H13" in await stage.line(2)

    asyncio.run(run())


def test_a_port_that_is_taken() -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            other = Router(limits(), lambda: (), stage.events.append)
            with pytest.raises(PortTaken, match=f"127.0.0.1:{stage.port}: .*in use"):
                await other.start(stage.port)
            await other.stop()

    asyncio.run(run())


def test_an_app_that_listens_on_ipv6_only() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")

    async def serve(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(OK)
        writer.close()

    async def run() -> None:
        try:
            server = await asyncio.start_server(serve, "::1", 0)
        except OSError:
            pytest.skip("this machine has no IPv6")
        async with server:
            port = server.sockets[0].getsockname()[1]
            async with Stage(backends=lambda: (Backend("web.1", "::1", port, "up"),)) as stage:
                assert (await stage.ask(closing())).endswith(b"ok")

    asyncio.run(run())
