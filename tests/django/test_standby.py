"""One thread at a time answers; others take over when it is held up; nobody is forgotten."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from wherry.django.server.bodies import LargeBody, SmallBody
from wherry.django.server.slow_bodies import Incoming
from wherry.django.server.standby import OneAtATime

TIMEOUT_S = 20


class Proto:
    """Where an answer goes; granian's has the same method."""

    def __init__(self) -> None:
        self.given: list[tuple[int, bytes]] = []
        self.answered = threading.Event()

    def response_bytes(self, status: int, _: list[tuple[str, str]], body: bytes) -> None:
        self.given.append((status, body))
        self.answered.set()


class Held:
    """A request that is held up until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def wait(self) -> None:
        self.begun.set()
        assert self.let_go.wait(TIMEOUT_S)


class Site:
    """Answers with the request's own path; notes how many threads are inside at once."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def __call__(self, proto: Proto, scope: dict[str, Any]) -> None:
        with self._lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        try:
            path = scope["PATH_INFO"]
            if path in self.held:
                self.held[path].wait()
            if path == "/broken":
                raise ValueError(path)
            proto.response_bytes(200, [], path.encode() + scope["wsgi.input"].read())
        finally:
            with self._lock:
                self.inside -= 1


class Body:
    """A body as granian has it, which is gone once the call that brought it has returned."""

    def __init__(self, content: bytes = b"", let_go: threading.Event | None = None) -> None:
        self._content = content
        self._let_go = let_go
        self.begun = threading.Event()

    def read(self, _size: int = -1) -> bytes:
        self.begun.set()
        assert self._let_go is None or self._let_go.wait(TIMEOUT_S)
        return self._content

    def drop(self) -> None:
        self._content = b""


INCOMING = Incoming("127.0.0.1", 0.0)


def asked(
    subject: Callable[[Proto, dict[str, Any]], None],
    path: str,
    body: Body | None = None,
    *,
    large: bool = False,
) -> Proto:
    """Ask from this thread; return where the answer is, or will be."""
    proto = Proto()
    body = body or Body()
    kind = LargeBody if large else SmallBody
    subject(proto, {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": kind(body, INCOMING)})
    body.drop()
    return proto


def expect(proto: Proto, path: str) -> None:
    """Check that the one answer is there in the end."""
    assert proto.answered.wait(TIMEOUT_S)
    assert proto.given == [(200, path.encode())]


def test_every_request_is_answered_once_and_one_at_a_time() -> None:
    """Eight threads with a thousand requests; patience is never at an end."""
    site = Site()
    subject = OneAtATime(site, patience_s=0.5)
    paths = [f"/{number}" for number in range(1000)]
    with ThreadPoolExecutor(8) as pool:
        protos = list(pool.map(lambda path: asked(subject, path), paths))
    for proto, path in zip(protos, paths, strict=True):
        expect(proto, path)
    assert site.most_inside == 1


@pytest.mark.parametrize("held_up", [1, 3])
def test_others_take_over_from_threads_that_are_held_up(held_up: int) -> None:
    """Those answer too, in the end, and once."""
    site = Site()
    subject = OneAtATime(site)
    with ThreadPoolExecutor(8) as pool:
        slow = []
        for number in range(held_up):
            site.held[f"/slow{number}"] = Held()
            slow.append(pool.submit(asked, subject, f"/slow{number}"))
            assert site.held[f"/slow{number}"].begun.wait(TIMEOUT_S)
        quick = [pool.submit(asked, subject, f"/{number}") for number in range(100)]
        for number, asking in enumerate(quick):
            expect(asking.result(TIMEOUT_S), f"/{number}")
        for number, asking in enumerate(slow):
            assert not asking.done()
            site.held[f"/slow{number}"].let_go.set()
            expect(asking.result(TIMEOUT_S), f"/slow{number}")


def test_a_request_left_to_a_thread_that_is_then_held_up_is_not_lost() -> None:
    """The one that left it answers it after all."""
    site = Site()
    subject = OneAtATime(site)
    site.held["/slow"] = Held()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(asked, subject, "/slow")
        assert site.held["/slow"].begun.wait(TIMEOUT_S)
        expect(pool.submit(asked, subject, "/left").result(TIMEOUT_S), "/left")
        site.held["/slow"].let_go.set()
        expect(slow.result(TIMEOUT_S), "/slow")


def test_a_body_that_the_site_waits_for_holds_nobody_up() -> None:
    """However long patience is."""
    site = Site()
    subject = OneAtATime(site, patience_s=TIMEOUT_S)
    site.held["/upload"] = Held()
    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(asked, subject, "/upload", large=True)
        assert site.held["/upload"].begun.wait(TIMEOUT_S)
        expect(asked(subject, "/quick"), "/quick")
        site.held["/upload"].let_go.set()
        expect(upload.result(TIMEOUT_S), "/upload")


def test_a_request_that_is_left_to_another_thread_keeps_its_body() -> None:
    """Granian drops it when the call that brought it returns."""
    subject = OneAtATime(Site())
    with ThreadPoolExecutor(8) as pool:
        protos = list(pool.map(lambda n: asked(subject, "/", Body(b"%d" % n)), range(1000)))
    for number, proto in enumerate(protos):
        expect(proto, f"/{number}")


def test_a_client_that_is_slow_to_send_holds_only_its_own_thread_while_another_works() -> None:
    """Granian's thread stays in a call whose body somebody reads: that must not be two."""
    site = Site()
    subject = OneAtATime(site, patience_s=TIMEOUT_S)
    site.held["/first"] = Held()
    sent = threading.Event()
    body = Body(b"late", sent)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asked, subject, "/first")
        assert site.held["/first"].begun.wait(TIMEOUT_S)
        slow = pool.submit(asked, subject, "/", body)
        assert body.begun.wait(TIMEOUT_S)
        site.held["/first"].let_go.set()
        expect(first.result(TIMEOUT_S), "/first")
        expect(asked(subject, "/quick"), "/quick")
        sent.set()
        expect(slow.result(TIMEOUT_S), "/late")


def test_an_upload_sends_the_thread_that_stands_by_back_to_work() -> None:
    """It would find nothing to do until its patience is at an end."""
    site = Site()
    subject = OneAtATime(site, patience_s=TIMEOUT_S)
    site.held["/first"] = Held()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asked, subject, "/first")
        assert site.held["/first"].begun.wait(TIMEOUT_S)
        left = pool.submit(asked, subject, "/left")
        while not subject._watch.locked():
            assert not left.done()
        site.held["/first"].let_go.set()
        expect(first.result(TIMEOUT_S), "/first")
        asked(subject, "/upload", large=True)
        expect(left.result(TIMEOUT_S / 2), "/left")


def test_a_request_that_raises_is_answered_and_disturbs_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Also where another thread answers it than the one that brought it."""
    site = Site()
    subject = OneAtATime(site)
    with ThreadPoolExecutor(4) as pool:
        paths = ["/broken", "/fine"] * 50
        protos = list(pool.map(lambda path: asked(subject, path), paths))
    for proto, path in zip(protos, paths, strict=True):
        assert proto.answered.wait(TIMEOUT_S)
        assert proto.given == [
            (500, b"Internal Server Error") if path == "/broken" else (200, b"/fine")
        ]
    assert "GET /broken failed." in caplog.text


def test_nobody_stands_by_when_there_is_nothing_to_do() -> None:
    """The threads are granian's again, which ends those that it does not need."""
    subject = OneAtATime(Site())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: asked(subject, f"/{number}"), range(200)))
    assert not subject._watch.locked()
    assert not subject._busy
