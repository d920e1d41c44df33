"""Which process of a dyno listens where."""

import os
import socket
from pathlib import Path

import pytest

from wherry.rehearse.dyno.listening import Listener, answering, free_port, listeners, lists_sockets

EVERYWHERE = "0.0.0.0"  # noqa: S104 - that it is told apart is what is tested


@pytest.mark.parametrize("address", ["127.0.0.1", EVERYWHERE])
def test_a_listener_is_found_with_its_address(address: str) -> None:
    with socket.socket() as listener:
        listener.bind((address, 0))
        port = listener.getsockname()[1]
        assert port not in {found.port for found in listeners([os.getpid()])}
        listener.listen()
        (found,) = (found for found in listeners([os.getpid()]) if found.port == port)
        assert (found.address, found.ipv6) == (address, False)
        assert found.everywhere == (address == EVERYWHERE)


def test_another_processs_listener_is_not_the_dynos() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert listeners([1]) == () or listener.getsockname()[1] not in {
            found.port for found in listeners([1])
        }


def test_ipv6_addresses_are_read(tmp_path: Path) -> None:
    # What Linux 6 printed on a little-endian machine.
    header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    tail = "00000000:00000000 00:00000000 00000000     0        0"
    rows = (
        f"0: 00000000000000000000000000000000:1F90 {'0' * 32}:0000 0A {tail} 71 1\n"
        f"1: 00000000000000000000000001000000:1F91 {'0' * 32}:0000 0A {tail} 72 1\n"
        f"2: B80D0120000000000000000001000000:1F92 {'0' * 32}:0000 0A {tail} 73 1\n"
        f"3: 00000000000000000000000001000000:1F93 {'0' * 32}:0000 01 {tail} 74 1\n"
    )
    net = tmp_path / "self/net"
    net.mkdir(parents=True)
    (net / "tcp6").write_text(header + rows)
    descriptors = tmp_path / "5/fd"
    descriptors.mkdir(parents=True)
    for number in (71, 72, 73, 74):
        (descriptors / str(number)).symlink_to(f"socket:[{number}]")
    (descriptors / "0").symlink_to("/dev/null")
    found = listeners([5, 6], tmp_path)
    assert found == (
        Listener("::", 8080, 71),
        Listener("::1", 8081, 72),
        Listener("2001:db8::1", 8082, 73),
    )
    assert [listener.everywhere for listener in found] == [True, False, True]
    assert all(listener.ipv6 for listener in found)


def test_a_machine_that_tells_nothing_has_no_listeners(tmp_path: Path) -> None:
    assert listeners([os.getpid()], tmp_path) == ()


def test_where_sockets_are_not_listed_a_connection_tells(tmp_path: Path) -> None:
    assert lists_sockets()
    assert not lists_sockets(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert answering(port) == ()
        listener.listen()
        assert [found.port for found in answering(port)] == [port]


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as trial:
        trial.bind((EVERYWHERE, free_port()))
