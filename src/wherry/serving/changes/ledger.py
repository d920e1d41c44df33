"""The orders that were given to a running server, and what its processes made of them: a folder.

Whoever wants a change adds a file; each process looks every now and then, does what is new in the
order of the serials, and writes beside it what became of it. So every process of a server follows,
one that starts later too, and neither a killed worker nor a killed command leaves a change half
done without that being seen.

    server, alive       who the server is and whether it lives (see ``places``)
    turn                locked by the process that loads, so that no two need the memory at once
    watch               locked by the process that looks at folders
    orders/000001.json  an order
    results/000001.PID  what that process made of it
    workers/PID         how that process's models are
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from wherry.errors import ConfigurationError
from wherry.serving.changes import places
from wherry.serving.changes.order import MAX_ORDER_BYTES, Order, Result

# Orders are small and rare; whoever has given so many wants the server restarted.
MAX_ORDERS: Final = 100_000
MAX_STATUS_BYTES: Final = 1024 * 1024
_TURN_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Ledger:
    """A state folder."""

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> Self:
        """Make the folder ready; it must belong to this user and be closed to others.

        Raises:
            ConfigurationError: it does not or is not.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not places.is_private(folder):
            raise ConfigurationError(
                f"The state folder {folder} must belong to the user that serves, with mode 0700: "
                "whoever can write there decides what is served. chmod 700 it, or name another "
                f"in {places.VARIABLE}."
            )
        for name in ("orders", "results", "workers"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        return cls(folder)

    def append(self, order: Order) -> Order:
        """Add an order; return it with its serial.

        Raises:
            ConfigurationError: it lacks something, or cannot be written.
        """
        order.check()
        serials = self.serials()
        serial = serials[-1] + 1 if serials else 1
        while serial <= MAX_ORDERS:
            numbered = order.numbered(serial)
            try:
                _write_new(self._order_path(serial), numbered.to_json())
            except FileExistsError:
                serial += 1  # Somebody else was faster.
                continue
            except OSError as error:
                raise ConfigurationError(
                    f"The order cannot be written into {self.folder}: {error.strerror}."
                ) from error
            return numbered
        raise ConfigurationError("So many orders were given that the server must be restarted.")

    def serials(self) -> list[int]:
        """Return the serials of all orders, the earliest first."""
        try:
            names = os.listdir(self.folder / "orders")  # noqa: PTH208 - called several times a second
        except OSError:
            return []
        return sorted(
            int(name[:6]) for name in names if name[:6].isdecimal() and name[6:] == ".json"
        )

    def order(self, serial: int) -> Order:
        """Read one order.

        Raises:
            ConfigurationError: it is none.
        """
        return Order.from_json(_read(self._order_path(serial), MAX_ORDER_BYTES)).numbered(serial)

    def report(self, result: Result) -> None:
        """Write what this process made of an order."""
        _replace(self.folder / "results" / f"{result.serial:06}.{result.pid}", result.to_json())

    def results(self, serial: int) -> dict[int, Result]:
        """Return what each process made of an order, by process id."""
        found = {}
        for path in (self.folder / "results").glob(f"{serial:06}.*"):
            with contextlib.suppress(ConfigurationError):
                result = Result.from_json(_read(path, MAX_ORDER_BYTES))
                found[result.pid] = result
        return found

    def write_status(self, status: Mapping[str, Any]) -> None:
        """Write how this process's models are."""
        _replace(self.folder / "workers" / str(os.getpid()), json.dumps(status).encode())

    def statuses(self) -> dict[int, dict[str, Any]]:
        """Return how the models of each living process are, by process id."""
        found: dict[int, dict[str, Any]] = {}
        for path in sorted((self.folder / "workers").glob("*")):
            if not path.name.isdecimal():
                continue
            pid = int(path.name)
            if not lives(pid):
                path.unlink(missing_ok=True)
                continue
            with contextlib.suppress(ConfigurationError, ValueError):
                status = json.loads(_read(path, MAX_STATUS_BYTES))
                if isinstance(status, dict):
                    found[pid] = status
        return found

    @contextlib.contextmanager
    def turn(self, timeout_s: float) -> Iterator[bool]:
        """Hold the lock of the one process that loads; yields False if it was not had in time."""
        deadline = time.monotonic() + timeout_s
        with self.open_lock("turn") as file:
            while not (locked := try_lock(file)) and time.monotonic() < deadline:
                time.sleep(_TURN_LOOK_S)
            yield locked

    def open_lock(self, name: str) -> IO[bytes]:
        """Open the file of a lock; see ``try_lock``."""
        return (self.folder / name).open("ab")

    def _order_path(self, serial: int) -> Path:
        return self.folder / "orders" / f"{serial:06}.json"


def own() -> Ledger | None:
    """Return the ledger that this process was told to follow, or None."""
    folder = os.environ.get(places.VARIABLE)
    return Ledger.made_in(Path(folder)) if folder else None


def lives(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def try_lock(file: IO[bytes]) -> bool:
    """Lock a file for this process until it is closed; False: another process has it locked."""
    try:
        fcntl.lockf(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(path: Path, limit_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(limit_bytes + 1)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    if len(text) > limit_bytes:
        raise ConfigurationError(f"{path} is larger than {limit_bytes} bytes.")
    return text


def _write_new(path: Path, text: bytes) -> None:
    """Write a file that nobody ever sees half of, unless there is one of that name."""
    beside = path.with_name(f".{os.getpid()}.{time.monotonic_ns()}")
    beside.write_bytes(text)
    try:
        path.hardlink_to(beside)
    finally:
        beside.unlink()


def _replace(path: Path, text: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    # A full disk must not stop the process that only wanted to tell how it is.
    with contextlib.suppress(OSError):
        beside.write_bytes(text)
        beside.replace(path)
