"""``wherry serve``: real processes, real requests."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.django.serving import DENSE, SETTINGS, Server, make_site, until, wherry_serve
from tests.pitch import LITERT as PITCH
from tests.pitch import WINDOW
from tests.zoo import onnx_model
from wherry.django.server.models import SOON_LOADED_BYTES
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions

READY = r"wherry: \d+ process"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """A server with the defaults of this machine, shared by tests that leave it as it is."""
    with wherry_serve(site) as running:
        running.wait_for(READY)
        yield running


def test_model_answers_as_its_runtime_does(server: Server) -> None:
    """Bit for bit, through JSON."""
    rows = np.random.default_rng(1).standard_normal((3, 16)).astype(np.float32)
    direct = load("litert", DENSE, LoadOptions(threads=1)).run("serving_default", {"x": rows})
    answer = server.post("/v1/models/dense:predict", {"instances": rows.tolist()})
    assert answer.status == 200, answer.body
    served = np.array(answer.json()["predictions"], np.float32)
    np.testing.assert_array_equal(served, direct["probabilities"])


def test_it_says_in_one_line_what_it_chose_and_why(server: Server) -> None:
    """Processes, threads, the measured worker, the memory limit, the model's time, the CPUs."""
    (line,) = [line for line in server.lines if "process" in line]
    for fact in ("thread", "a worker holds", "MiB", "the slowest model takes", "CPU"):
        assert fact in line


def test_it_is_ready_and_live(server: Server) -> None:
    """What a load balancer asks."""
    assert server.get("/v2/health/live").status == 200
    assert server.get("/v2/health/ready").status == 200


def test_served_process_imports_neither_tools_nor_tensorflow(server: Server) -> None:
    """No command line, no converter, no TensorFlow: memory and seconds that nobody uses."""
    modules = set(server.get("/state").json()["modules"])
    for unwanted in ("tensorflow", "wherry.cli", "granian.cli", "click", "onnxruntime"):
        assert unwanted not in modules
    assert "wherry.runtimes.litert" in modules


def test_supervisor_imports_nothing_heavy(server: Server) -> None:
    """It must fork at any time, in no time: neither numpy nor the server's library is mapped."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "numpy" not in maps
    assert "_granian" not in maps
    assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) == 1


def test_answers_have_a_length_and_the_clients_own_address(server: Server) -> None:
    """In one piece, and 127.0.0.1 although the socket is one of IPv6."""
    answer = server.get("/address")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.body == b"127.0.0.1"


def test_ipv6_is_answered_where_the_machine_has_it(server: Server) -> None:
    """Heroku's Fir generation reaches a dyno by IPv6 only."""
    if not socket.has_dualstack_ipv6():
        assert server.get("/address").status == 200
        return
    with socket.create_connection(("::1", server.port), timeout=30) as connection:
        connection.sendall(b"GET /address HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert answer.read().endswith(b"\r\n\r\n::1")


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 2_000_000])
def test_bodies_arrive_whole(server: Server, size: int) -> None:
    """On both sides of the size from which a body is streamed."""
    answer = server.ask("POST", "/length", b"x" * size)
    assert (answer.status, answer.body) == (200, str(size).encode())


def test_site_mistake_is_a_plain_500(server: Server) -> None:
    """And the next request is answered."""
    answer = server.get("/fail")
    assert answer.status == 500
    assert b"Traceback" not in answer.body
    assert server.get("/predict").status == 200


def test_clients_that_do_not_finish_sending_leave_the_site_working(server: Server) -> None:
    """Three headers that lie about their length, on a server of a few threads."""
    stuck = [
        server.raw(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nabc" % length)
        for length in (100, 100, 1_000_000)
    ]
    for _ in range(8):
        assert server.get("/predict", timeout_s=5).status == 200
    for connection in stuck:
        connection.close()


def test_slow_page_keeps_nobody_waiting(server: Server) -> None:
    """Threads that take turns let others pass while one waits for something else."""
    stuck = [server.raw(b"GET /slow?s=3 HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(3)]
    started = time.monotonic()
    for _ in range(8):
        assert server.get("/predict").status == 200
    assert time.monotonic() - started < 2.5
    for connection in stuck:
        connection.close()


def test_distinct_inputs_get_their_own_answers(server: Server) -> None:
    """32 clients at once, each with its own numbers; WHERRY_TEST_SECONDS makes it longer."""
    seconds = float(os.environ.get("WHERRY_TEST_SECONDS", "1.5"))
    rows = np.random.default_rng(2).standard_normal((32, 1, 16)).astype(np.float32)
    model = load("litert", DENSE, LoadOptions(threads=1))
    expected = [model.run("serving_default", {"x": row})["probabilities"] for row in rows]
    wrong: list[object] = []
    answered = [0] * len(rows)
    end = time.monotonic() + seconds

    def client(index: int) -> None:
        connection = server.connect()
        body = f'{{"instances": {rows[index].tolist()}}}'.encode()
        while time.monotonic() < end:
            answer = server.ask(
                "POST",
                "/v1/models/dense:predict",
                body,
                {"Content-Type": "application/json"},
                connection=connection,
            )
            if answer.status == 503:
                continue
            served = np.array(answer.json().get("predictions"), np.float32)
            if answer.status != 200 or not np.array_equal(served, expected[index]):
                wrong.append(answer)
            answered[index] += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(index,)) for index in range(len(rows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(answered) > 0


def test_no_connection_is_refused_or_lost_from_the_first_moment(site: Path) -> None:
    """Connections that are made while the worker boots wait and are answered."""
    with wherry_serve(site) as server:
        _ = server.port
        early = [server.raw(b"GET /predict HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(20)]
        assert not any("process" in line for line in server.lines)
        for connection in early:
            with connection, http.client.HTTPResponse(connection) as response:
                response.begin()
                assert response.status == 200


def test_larger_model_is_loaded_behind_a_gate(tmp_path: Path) -> None:
    """Live at once; 503 with Retry-After until it is ready; then one process of many threads."""
    weights = np.zeros((1500, 1500), np.float32)
    model = onnx_model(
        tmp_path / "large.onnx",
        inputs={"x": ("FP32", (None, 1500))},
        outputs={"y": ("FP32", (None, 1500))},
        nodes=[("MatMul", ["x", "weights"], ["y"], {})],
        constants={"weights": weights},
    )
    assert model.stat().st_size > SOON_LOADED_BYTES
    gate = "import os, time\nwhile not os.path.exists('open'): time.sleep(0.01)\n"
    settings = SETTINGS % {"PATH": str(model), "PREPROCESS": "project.gate.hook"}
    site = make_site(tmp_path / "site", settings=settings, gate=f"{gate}hook = dict\n")
    with wherry_serve(site) as server:
        assert server.get("/v2/health/live").status == 200
        assert server.get("/v2/health/ready").status == 503
        refused = server.post("/v1/models/dense:predict", {"instances": [[0.0] * 1500]})
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert not any("process" in line for line in server.lines)
        (site / "open").touch()
        server.wait_for(r"1 process x \d\d threads")
        assert server.get("/v2/health/ready").status == 200


def test_small_slow_model_is_served_by_one_process(tmp_path: Path) -> None:
    """Its threads run the model on all CPUs; it answers, and is replaced when it dies."""
    settings = SETTINGS % {"PATH": str(PITCH)}
    site = make_site(tmp_path / "site", settings=settings)
    body = {"instances": [[[0.0]] * WINDOW]}
    with wherry_serve(site) as server:
        server.wait_for(r"1 process x \d\d threads: while a model runs Python is free")
        server.wait_for("to run items together would not pay|are run together")
        for _ in range(8):
            assert server.post("/v1/models/dense:predict", body).status == 200
        os.kill(server.workers()[0], signal.SIGKILL)
        server.wait_for("was killed by SIGKILL.*; starting another")
        until(lambda: server.post("/v1/models/dense:predict", body).status == 200)


def test_as_many_requests_wait_as_the_setting_says(tmp_path: Path) -> None:
    """Each takes a thread, and the threads follow; none of a burst is refused."""
    options = {"PATH": str(PITCH), "MAX_QUEUED_REQUESTS": 24, "BATCHING": False}
    site = make_site(tmp_path / "site", settings=SETTINGS % options)
    body = {"instances": [[[0.0]] * WINDOW]}
    with wherry_serve(site) as server:
        server.wait_for("1 process x ")
        with ThreadPoolExecutor(24) as clients:
            asked = [
                clients.submit(server.post, "/v1/models/dense:predict", body) for _ in range(24)
            ]
        assert {each.result().status for each in asked} == {200}


def test_weights_are_shared_in_a_folder_of_the_supervisor(site: Path, tmp_path: Path) -> None:
    """Closed to others while it is there, and gone afterwards."""
    with wherry_serve(site, "--processes", "2", TMPDIR=str(tmp_path)) as server:
        server.wait_for(READY)
        (folder,) = tmp_path.glob("wherry-*")
        for each in (folder, folder / "weights"):
            assert each.stat().st_mode & 0o777 == 0o700
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert not folder.exists()


def test_one_process_shares_weights_with_nobody(site: Path, tmp_path: Path) -> None:
    """It has its state folder alone."""
    with wherry_serve(site, "--processes", "1", TMPDIR=str(tmp_path)) as other:
        other.wait_for(READY)
        (folder,) = tmp_path.iterdir()
        assert not (folder / "weights").exists()


def test_killed_worker_is_replaced(site: Path) -> None:
    """Its connections are gone at once, later ones wait for the next worker."""
    with wherry_serve(site, "--processes", "1") as server:
        server.wait_for(READY)
        connection = server.connect()
        before = server.ask("GET", "/state", connection=connection).json()["pid"]
        assert server.workers() == [before]
        os.kill(before, signal.SIGKILL)
        with pytest.raises(ConnectionError):
            server.ask("GET", "/state", connection=connection)
        connection.close()
        after = server.get("/state").json()
        assert after["pid"] != before
        assert after["model"] == "ready"
        server.wait_for(rf"worker {before} was killed by SIGKILL .*; starting another")


def test_two_processes_answer_while_one_is_replaced(site: Path) -> None:
    """The second starts after the first; one that is killed leaves no gap."""
    with wherry_serve(site, "--processes", "2") as server:
        server.wait_for(READY)
        until(lambda: len(server.workers()) == 2)

        def pids() -> set[int]:
            return {server.get("/state").json()["pid"] for _ in range(20)}

        until(lambda: len(pids()) == 2)
        victim = server.workers()[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in server.workers())
        started = time.monotonic()
        assert server.get("/predict").status == 200
        assert time.monotonic() - started < 1.0
        until(lambda: len(pids()) == 2)


def test_explicit_numbers_are_respected(site: Path) -> None:
    """WEB_CONCURRENCY by its owner counts, and the line says that it did."""
    with wherry_serve(site, "--threads", "3", WEB_CONCURRENCY="1") as server:
        server.wait_for(READY)
        assert "1 process x 3 threads: WEB_CONCURRENCY=1" in server.log


def test_buildpacks_own_guess_is_not_the_owners_wish(site: Path) -> None:
    """Heroku's buildpack sets WEB_CONCURRENCY without knowing of models."""
    with wherry_serve(site, WEB_CONCURRENCY="7", WEB_CONCURRENCY_SET_BY="heroku/python") as server:
        server.wait_for(READY)
        assert "7 processes" not in server.log


def test_workers_end_with_a_killed_supervisor(site: Path) -> None:
    """They would keep the port and the memory."""
    with wherry_serve(site) as server:
        server.wait_for(READY)
        workers = server.workers()
        server.signal(signal.SIGKILL)
        server.wait()
        until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers))
