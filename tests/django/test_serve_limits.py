"""Limits that hold for all processes together, and clients that do not take their answers."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.django.serving import URLS, Server, make_site, until, wherry_serve
from wherry.django.server import http_server

VIEWS = """
from wherry.serving.queue_counts import queued

def enter(request):
    return JsonResponse({"entered": queued("dense").enter(3), "pid": os.getpid()})

def large(request):
    return HttpResponse(bytes(12 * 2**20))

urlpatterns += [path("enter", enter), path("large", large)]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes of two threads."""
    folder = make_site(tmp_path_factory.mktemp("site"), urls=URLS + VIEWS)
    with wherry_serve(folder, "--processes", "2", "--threads", "2") as found:
        found.wait_for(r"2 processes x 2 threads")
        yield found


def test_who_waits_is_counted_over_all_processes(server: Server) -> None:
    """Three may wait in all, wherever they are; both processes know when it is enough."""
    # The second process is started once the first has measured itself.
    until(lambda: len(server.workers()) == 2)
    answers = []
    deadline = time.monotonic() + 60
    while len({answer["pid"] for answer in answers[3:]}) < 2:
        answers.append(server.get("/enter").json())
        assert time.monotonic() < deadline
    assert [answer["entered"] for answer in answers] == [True] * 3 + [False] * (len(answers) - 3)


def test_clients_that_do_not_take_their_answers_hold_no_thread(server: Server) -> None:
    """More of them than there are threads, each with an answer larger than what is buffered."""
    idle = [server.raw(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(8)]
    for connection in idle:
        assert connection.recv(12) == b"HTTP/1.1 200"
    for _ in range(8):
        assert server.get("/state").status == 200
    for connection in idle:
        connection.close()


def test_the_kernel_closes_connections_whose_answers_are_not_taken() -> None:
    """Every accepted connection has the time that its listener was given."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is None:
        pytest.skip("the kernel has no such option here")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http_server._give_up_unread(listener, 12.5)
        with socket.create_connection(listener.getsockname()):
            side, _ = listener.accept()
            with side:
                found = side.getsockopt(socket.IPPROTO_TCP, option)
    assert found == 12_500
