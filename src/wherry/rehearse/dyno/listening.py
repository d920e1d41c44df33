"""Who listens where: the sockets that the kernel lists, and the processes that hold them."""

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.inside.descendants import PROC

_LISTENS: Final = "0A"
_ANYWHERE: Final = "0.0.0.0"  # noqa: S104 - what a web process listens at, not this one
_CONNECT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that a process of the dyno listens with.

    Attributes:
        address: As the process gave it: ``0.0.0.0``, ``127.0.0.1``, ``::``.
    """

    address: str
    port: int
    inode: int = 0

    @property
    def everywhere(self) -> bool:
        """Whether it can be reached from outside of the dyno."""
        return not ipaddress.ip_address(self.address).is_loopback

    @property
    def ipv6(self) -> bool:
        """Whether it takes connections over IPv6."""
        return ":" in self.address


def listeners(pids: Sequence[int], proc: Path = PROC) -> tuple[Listener, ...]:
    """Return where these processes listen for TCP connections."""
    listed = {listener.inode: listener for listener in _listed(proc)}
    if not listed:
        return ()
    held = {inode for pid in pids for inode in _sockets(pid, proc)}
    return tuple(listed[inode] for inode in sorted(held & listed.keys()))


def answering(port: int) -> tuple[Listener, ...]:
    """Return who takes a connection at a port, for a system that does not list its sockets."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_S):
            return (Listener(_ANYWHERE, port),)
    except OSError:
        return ()


def lists_sockets(proc: Path = PROC) -> bool:
    """Whether this system tells which sockets there are."""
    return (proc / "self/net/tcp").exists()


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.socket(socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET) as trial:
        if trial.family is socket.AF_INET6:
            trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        trial.bind(("", 0))
        port: int = trial.getsockname()[1]
        return port


def _listed(proc: Path) -> Iterator[Listener]:
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / "self/net" / name).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] != _LISTENS:
                break  # those that listen are listed first
            address, _, port = fields[1].partition(":")
            yield Listener(_address(address), int(port, 16), int(fields[9]))


def _address(text: str) -> str:
    """Read an address as /proc writes it: words of 32 bits, each in the machine's order."""
    words = struct.pack(
        f"{'<' if sys.byteorder == 'little' else '>'}{len(text) // 8}I",
        *(int(text[start : start + 8], 16) for start in range(0, len(text), 8)),
    )
    return str(ipaddress.ip_address(words))


def _sockets(pid: int, proc: Path) -> Iterator[int]:
    try:
        for descriptor in (proc / str(pid) / "fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                yield int(target[8:-1])
    except OSError:  # it ended meanwhile, or closed the file
        return
