"""A server under measurement, in a process of its own: the module adopts and ends processes."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.serving.processes import rollup

SERVER = """
import os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

if sys.argv[1] == "broken":
    raise ValueError("no such model")
if os.fork() == 0:
    # A daemon: in a session of its own, its parent gone, deaf to being told to stop.
    os.setsid()
    if os.fork() == 0:
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(os.getpid(), flush=True)
        time.sleep(60)
    os._exit(0)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

MEASURE = """
import json, os, sys
from pathlib import Path
from benchmarks.serving.processes import Question, ServerFailed
from benchmarks.serving.processes import adopt_orphans, descendants, free_port, running

folder, program, argument, expected = Path(sys.argv[1]), *sys.argv[2:]
adopt_orphans()
question = Question("/", {"Content-Type": "text/plain"}, b"hello")
command = [sys.executable, "-c", program, argument]
seen = {}
try:
    variables = {"PORT": str(free_port())}
    with running(command, variables, folder, folder / "log") as server:
        right = expected.encode()
        fault = lambda answer: None if answer.body == right else "not what was expected"
        seen["first_answer_s"] = server.first_answer(question, fault, 20)
        while not (folder / "log").read_text().endswith("\\n"):
            pass
        seen["processes"] = server.memory().processes
        seen["pss_bytes"] = server.memory().pss_bytes
except ServerFailed as error:
    seen["failed"] = str(error)
seen["left"] = len(descendants(os.getpid()))
print(json.dumps(seen))
"""


def measure(folder: Path, argument: str, expected: str = "hello") -> dict[str, float | str]:
    """Start the server above, ask it once, weigh it, stop it."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), SERVER, argument, expected],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    seen: dict[str, float | str] = json.loads(done.stdout)
    return seen


def test_a_server_is_weighed_and_stopped_with_its_daemons(tmp_path: Path) -> None:
    """A process that left its session and ignores SIGTERM is counted, and ended all the same."""
    seen = measure(tmp_path, "good")

    assert seen["processes"] == 2
    assert float(seen["pss_bytes"]) > 1_000_000
    assert 0 < float(seen["first_answer_s"]) < 20
    assert seen["left"] == 0


def test_a_server_that_ends_is_reported_with_its_last_error(tmp_path: Path) -> None:
    """The reason is the server's own, not that of the client that found nobody."""
    seen = measure(tmp_path, "broken")

    assert seen == {"failed": "ended with status 1: ValueError: no such model", "left": 0}


def test_a_wrong_answer_is_not_timed(tmp_path: Path) -> None:
    """It is an error, and the server is stopped."""
    seen = measure(tmp_path, "good", "goodbye")

    assert seen == {"failed": "answered wrongly: not what was expected", "left": 0}


def test_sizes_are_read_in_bytes() -> None:
    """The kernel states kB, and a line about addresses that is no size."""
    text = "55d0-7ffd ---p 00000000 00:00 0  [rollup]\nRss:    904 kB\nPss_Anon:   88 kB\n"

    assert rollup(text) == {"Rss": 904 * 1024, "Pss_Anon": 88 * 1024}


REST = """
import json, sys, time
from pathlib import Path
from benchmarks.serving.processes import free_port, running

command = [sys.executable, "-c", sys.argv[2]]
folder = Path(sys.argv[1])
with running(command, {"PORT": str(free_port())}, folder, folder / "log") as server:
    server.come_to_rest(0.75, 4.0)
    print(json.dumps(time.monotonic() - server.started))
"""
WORK_AND_SLEEP = """
import time
time.sleep(0.5)
end = time.monotonic() + 1.0
while time.monotonic() < end: pass
time.sleep(60)
"""


def rested_s(folder: Path, program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", REST, str(folder), program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return float(json.loads(done.stdout))


def test_a_server_is_waited_for_until_it_rests(tmp_path: Path) -> None:
    """One that sleeps, computes for a second and sleeps again rests after that second."""
    assert 2.0 < rested_s(tmp_path, WORK_AND_SLEEP) < 3.9


def test_a_server_that_never_rests_is_taken_as_it_is(tmp_path: Path) -> None:
    """After the time that is given for it."""
    assert 4.0 <= rested_s(tmp_path, "while True: pass") < 6.0
