"""A server under measurement: started, asked, weighed and stopped, with all its processes."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from tempfile import TemporaryDirectory

STOP_TIMEOUT_S = 15
_POLL_S = 0.01
# A server rests that computes less than this, in CPUs, as often as it is looked at.
RESTING_CPUS = 0.2
REST_LOOK_S = 0.25
_ERROR = re.compile(r"\s*[\w.]*(Error|Exception)\b.*")
_PR_SET_CHILD_SUBREAPER = 36


class ServerFailed(Exception):
    """A server did not start, answered wrongly or died; the message says which."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process tree, in bytes. Pages that processes share are counted once."""

    pss_bytes: int
    anonymous_bytes: int
    processes: int


@dataclass(frozen=True, slots=True)
class Question:
    """One HTTP request, as every client of a peer would send it."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the headers' names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def adopt_orphans() -> None:
    """Make processes whose parent dies children of this one, so that none can get away."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server and every process that came of it."""

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], folder: Path, log: Path
    ) -> None:
        self.port = int(variables["PORT"])
        self._log = log
        with log.open("wb") as output:
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                command,
                env=dict(variables),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def complaint(self) -> str:
        """Return the last error that the server wrote, or else the end of what it wrote."""
        lines = self._log.read_text(errors="replace").splitlines()
        errors = [line.strip() for line in lines if _ERROR.match(line)]
        return errors[-1][:300] if errors else " ".join(" ".join(lines).split())[-300:]

    def first_answer(
        self, question: Question, fault: Callable[[Answer], str | None], timeout_s: float
    ) -> float:
        """Return the seconds from process start to the first right answer.

        What is refused is asked again, whatever the status: servers open their port before they
        can answer. An answer with status 200 must be right.

        Raises:
            ServerFailed: it ended, answered wrongly, or did not answer in time.
        """
        deadline = self.started + timeout_s
        last = "the port never opened"
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                status = self._process.returncode
                raise ServerFailed(f"ended with status {status}: {self.complaint()}")
            try:
                answer = ask(self.port, question, timeout_s=deadline - time.monotonic())
            except (OSError, HTTPException) as error:
                last = str(error) or type(error).__name__
            else:
                if answer.status == 200:
                    answered_s = time.monotonic() - self.started
                    if found := fault(answer):
                        raise ServerFailed(f"answered wrongly: {found}")
                    return answered_s
                last = f"status {answer.status}: {answer.body[:200]!r}"
            time.sleep(_POLL_S)
        raise ServerFailed(f"no answer within {timeout_s:.0f} s ({last}): {self.complaint()}")

    def settled_answer(
        self, question: Question, fault: Callable[[Answer], str | None], timeout_s: float
    ) -> None:
        """Ask until the server answers again after load, and check the answer.

        wrk leaves requests behind that it no longer waits for; a server may go on with them, and
        refuse others meanwhile.

        Raises:
            ServerFailed: it answered wrongly or not in time.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, HTTPException):
                answer = ask(self.port, question, timeout_s=deadline - time.monotonic())
                if answer.status == 200:
                    if found := fault(answer):
                        raise ServerFailed(f"answered wrongly after load: {found}")
                    return
            time.sleep(_POLL_S)
        raise ServerFailed(f"no answer within {timeout_s:.0f} s after load: {self.complaint()}")

    def come_to_rest(self, rest_s: float, timeout_s: float) -> None:
        """Wait until all its processes have hardly computed for ``rest_s``.

        Some never rest; after ``timeout_s`` they are taken as they are.
        """
        deadline = time.monotonic() + timeout_s
        quiet_since, before_s = time.monotonic(), cpu_s(descendants(os.getpid()))
        while time.monotonic() < min(deadline, quiet_since + rest_s):
            time.sleep(REST_LOOK_S)
            now_s = cpu_s(descendants(os.getpid()))
            if now_s - before_s > REST_LOOK_S * RESTING_CPUS:
                quiet_since = time.monotonic()
            before_s = now_s

    def memory(self, besides: int | None = None) -> Memory:
        """Return the memory of all the server's processes, but of the process ``besides``."""
        return weigh([pid for pid in descendants(os.getpid()) if pid != besides])

    def stop(self) -> None:
        """End every process of the server: asked first, then killed."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_S)
        # One server runs at a time, so whatever came of this process is its remains.
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (left := descendants(os.getpid())) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(_POLL_S)
        self._process.wait()


@contextlib.contextmanager
def running(
    command: Sequence[str], variables: Mapping[str, str], folder: Path, log: Path
) -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    # Ray's sockets want a short path, and leave their folder behind.
    with TemporaryDirectory(prefix="wb-", ignore_cleanup_errors=True) as scratch:
        server = Server(command, {**variables, "TMPDIR": scratch}, folder, log)
        try:
            yield server
        finally:
            server.stop()


def ask(port: int, question: Question, *, timeout_s: float) -> Answer:
    """Send one request to the loopback interface."""
    connection = HTTPConnection("127.0.0.1", port, timeout=max(timeout_s, 0.1))
    try:
        connection.request("POST", question.path, question.body, dict(question.headers))
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


def descendants(root: int) -> list[int]:
    """Return the ids of the processes that came of this one and still live."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def weigh(pids: Sequence[int]) -> Memory:
    """Add up the memory of processes, leaving out those that have just ended."""
    pss = anonymous = processes = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (ProcessLookupError, FileNotFoundError):
            continue
        sizes = rollup(text)
        pss += sizes.get("Pss", 0)
        anonymous += sizes.get("Pss_Anon", 0)
        processes += 1
    return Memory(pss, anonymous, processes)


def cpu_s(pids: Sequence[int]) -> float:
    """Return the seconds of CPU time that processes have had, leaving out those that have ended."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            stat = Path(f"/proc/{pid}/stat").read_text()
            # proc_pid_stat(5): after the name come state, parent and so on; utime is the 14th.
            ticks += sum(map(int, stat.rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def rollup(text: str) -> dict[str, int]:
    """Return the sizes that ``/proc/<pid>/smaps_rollup`` states, in bytes, by name."""
    sizes = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            sizes[name] = int(rest.split()[0]) * 1024
    return sizes


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except (ProcessLookupError, FileNotFoundError):
            continue
        # The name in parentheses may hold anything; the parent comes second after it.
        yield int(entry.name), int(stat.rpartition(")")[2].split()[1])
