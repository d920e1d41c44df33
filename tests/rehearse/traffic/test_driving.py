"""Real requests from the sending process, through the router, to a dyno of raw bytes."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.rehearse.router.stage import (
    OK,
    Dyno,
    Reader,
    Stage,
    Writer,
    answering,
    limits,
    read_head,
)
from wherry.rehearse.traffic import sending
from wherry.rehearse.traffic.drive import Driven, Wanted, drive, restart_under_load
from wherry.rehearse.traffic.job import Outcome
from wherry.rehearse.traffic.planned import Plan, PlannedRequest
from wherry.rehearse.traffic.sending import Postman, SendingBroke

PLAN = Plan(
    (
        PlannedRequest("GET", "/page?a=b%20c", (("X-Mine", "1"),)),
        PlannedRequest("POST", "/form", (("Content-Type", "text/plain"),), b"body"),
    ),
    "a test",
    "app.example",
)


def _postman(stage: Stage, plan: Plan = PLAN, timeout_s: float = 60.0) -> Postman:
    return Postman(plan=plan, port=stage.port, ledger=stage.ledger, timeout_s=timeout_s)


def _recording(seen: list[bytes]) -> Dyno:
    async def serve(reader: Reader, writer: Writer) -> None:
        while head := await read_head(reader):
            found = re.search(rb"(?i)content-length: (\d+)", head)
            seen.append(head + await reader.readexactly(int(found[1]) if found else 0))
            writer.write(OK)

    return serve


def test_requests_arrive_as_they_were_planned() -> None:
    seen: list[bytes] = []
    watched: list[Outcome] = []

    async def run() -> None:
        async with Stage(_recording(seen)) as stage:
            sent = await _postman(stage).one_by_one(2, 60, watched.append)
            assert [one.number for one in sent.outcomes] == [0, 1, 2, 3]
            assert [one.kind for one in sent.outcomes] == [0, 1, 0, 1]
            assert all(sent.good(one) for one in sent.outcomes)
            assert watched == list(sent.outcomes)

    asyncio.run(run())
    assert len(seen) == 4
    assert seen[0].startswith(b"GET /page?a=b%20c HTTP/1.1\r\n")
    assert b"\r\nHost: app.example\r\n" in seen[0]
    assert b"\r\nX-Mine: 1\r\n" in seen[0]
    assert seen[1].startswith(b"POST /form HTTP/1.1\r\n")
    assert b"\r\nContent-Type: text/plain\r\n" in seen[1]
    assert seen[1].endswith(b"\r\n\r\nbody")
    ids = [re.search(rb"X-Request-Id: (\S+)", head) for head in seen]
    assert len({found[1] for found in ids if found}) == 4


def test_a_rate_does_not_wait_for_answers() -> None:
    """An app that answers nothing before all have come would stop a closed loop at once."""
    waiting: list[Writer] = []
    expected = 20

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        waiting.append(writer)
        if len(waiting) == expected:
            for each in waiting:
                each.write(OK)
        await reader.read()

    async def run() -> None:
        plan = Plan(PLAN.requests[:1], "a test")
        async with Stage(dyno) as stage:
            sent = await _postman(stage, plan).at_rate(expected, 1.0)
            assert len(sent.outcomes) == expected
            assert all(sent.good(one) for one in sent.outcomes)
            assert sent.outcomes[0].latency_s > sent.outcomes[-1].latency_s
            assert [one.due_s for one in sent.outcomes] == [
                pytest.approx(number / expected) for number in range(expected)
            ]

    asyncio.run(run())


def test_the_routers_codes_are_told_apart() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        while head := await read_head(reader):
            if b"POST" in head:
                return  # H13
            writer.write(OK)

    async def run() -> Driven:
        async with Stage(dyno) as stage:
            return await drive(
                PLAN,
                port=stage.port,
                limits=limits(),
                ledger=stage.ledger,
                wanted=Wanted(rate=20, seconds=0.5),
            )

    driven = asyncio.run(run())
    page, form = driven.kinds
    assert (page.method, page.path, page.statuses, page.codes) == ("GET", "/page", {200: 13}, {})
    assert (form.method, form.path) == ("POST", "/form")
    assert form.statuses == {503: 3}
    assert form.codes == {"H13": 3}
    assert [(point.rate, point.failed) for point in driven.points] == [(20, 0)]
    assert driven.remarks[0] == "Sent alone only, since it was not answered well: POST /form."
    assert driven.limit == ""
    assert driven.restart is None


def test_failures_under_load_are_counted() -> None:
    answered = 0

    async def dyno(reader: Reader, writer: Writer) -> None:
        nonlocal answered
        while await read_head(reader):
            answered += 1
            if answered > 6 and answered % 2:
                return  # H13
            writer.write(OK)

    async def run() -> Driven:
        async with Stage(dyno) as stage:
            return await drive(
                PLAN,
                port=stage.port,
                limits=limits(),
                ledger=stage.ledger,
                wanted=Wanted(rate=20, seconds=0.5),
            )

    driven = asyncio.run(run())
    assert [(point.failed, point.codes) for point in driven.points] == [(5, {"H13": 5})]


def test_an_app_that_answers_nothing_is_not_loaded() -> None:
    async def restart() -> None:
        raise AssertionError("there is nothing to restart for")

    async def run() -> Driven:
        async with Stage(answering(b"", close=True)) as stage:
            return await drive(
                PLAN,
                port=stage.port,
                limits=limits(),
                ledger=stage.ledger,
                wanted=Wanted(rate=100, find_limit=True, restart=restart),
            )

    driven = asyncio.run(run())
    assert [(kind.count, kind.codes) for kind in driven.kinds] == [(1, {"H13": 1})] * 2
    assert (driven.points, driven.limit, driven.restart) == ((), "", None)


def test_a_good_app_has_nothing_against_it() -> None:
    async def run() -> Driven:
        async with Stage(answering(OK)) as stage:
            return await drive(
                PLAN, port=stage.port, limits=limits(), ledger=stage.ledger, wanted=Wanted()
            )

    driven = asyncio.run(run())
    assert [(kind.count, kind.statuses, kind.codes) for kind in driven.kinds] == [
        (3, {200: 3}, {}),
        (3, {200: 3}, {}),
    ]
    assert driven.points == ()


def test_an_answer_that_is_cut_is_none() -> None:
    async def run() -> None:
        cut = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", close=True)
        async with Stage(cut) as stage:
            sent = await _postman(stage).one_by_one(1, 60)
            assert not any(sent.good(one) for one in sent.outcomes)
            assert {one.status for one in sent.outcomes} == {200}
            assert set(sent.codes.values()) == {"H18"}

    asyncio.run(run())


def test_no_answer_at_all_is_told_in_words() -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            postman = _postman(stage)
            await stage.router.stop()
            sent = await postman.one_by_one(1, 60)
            assert {one.status for one in sent.outcomes} == {0}
            assert all("refused" in one.error or "connect" in one.error for one in sent.outcomes)

    asyncio.run(run())


@pytest.mark.parametrize("loses", [False, True])
def test_a_restart_under_load(loses: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wherry.rehearse.traffic.drive._LEAD_S", 0.3)
    monkeypatch.setattr("wherry.rehearse.traffic.drive._AFTER_S", 0.1)

    async def run() -> None:
        async with Stage(answering(OK)) as stage:

            async def restart() -> None:
                """Requests wait for the new dyno, or meet one that has crashed."""
                before = len(stage.served)
                stage.state = "crashed" if loses else "starting"
                if loses:
                    await stage.until(lambda: len(stage.served) > before + 2)
                else:
                    await stage.until(lambda: stage.router.running > 2)
                stage.state = "up"

            loss = await restart_under_load(_postman(stage), 50, restart)
            assert loss.requests >= 3
            if loses:
                assert loss.lost >= 1
            else:
                assert loss.lost == 0

    asyncio.run(run())


def test_the_limit_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """How high it is depends on this machine: that one is told is all that is asked here."""
    monkeypatch.setattr("wherry.rehearse.traffic.drive._LIMIT_S", 0.01)
    monkeypatch.setattr("wherry.rehearse.traffic.limit._SHORTEST_STEP_S", 0.3)
    monkeypatch.setattr("wherry.rehearse.traffic.limit._STEP_REQUESTS", 3)

    async def dyno(reader: Reader, writer: Writer) -> None:
        while await read_head(reader):
            await asyncio.sleep(0.05)
            writer.write(OK)

    async def run() -> None:
        plan = Plan(PLAN.requests[:1], "a test")
        async with Stage(dyno) as stage:
            driven = await drive(
                plan,
                port=stage.port,
                limits=limits(),
                ledger=stage.ledger,
                wanted=Wanted(find_limit=True),
            )
            assert driven.limit.startswith("this dyno ")
            assert len(driven.points) == 1

    asyncio.run(run())


def test_nothing_is_left_when_the_rehearsal_is_ended() -> None:
    """Ctrl-C in the middle of a sending."""

    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            sending_all = asyncio.create_task(_postman(stage).at_rate(20, 600))
            await stage.until(lambda: len(stage.served) > 2)
            sending_all.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending_all

    asyncio.run(run())
    assert not _senders()


def _senders() -> list[str]:
    """Processes of this one that send, still running."""
    mine = str(Path("/proc/self").resolve().name)
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{mine}\n" in text and b"traffic.generator" in command:
            found.append(text)
    return found


def test_a_process_that_breaks_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_MODULE", "wherry.rehearse.traffic.missing")

    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            with pytest.raises(SendingBroke, match=r"broke: .*No module named"):
                await _postman(stage).one_by_one(1, 60)

    asyncio.run(run())
