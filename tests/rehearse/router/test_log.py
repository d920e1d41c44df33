"""The lines are the platform's: what reads the platform's log reads this one."""

import asyncio
from collections.abc import Iterable
from io import BytesIO

import pytest

from tests.rehearse.router.stage import Stage, answering
from wherry.explain.explain import explain
from wherry.rehearse.events import LogLine
from wherry.rehearse.router import faults
from wherry.rehearse.router.faults import Fault
from wherry.rehearse.router.log import Served, line
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.requests import partial

REQUEST = partial(b"GET /slow HTTP/1.1\r\nHost: app.example\r\n\r\n", "17.17.17.17")
FAULTS = [
    *(value for value in vars(faults).values() if isinstance(value, Fault)),
    faults.restricted("oversized cookie"),
]


def test_the_template() -> None:
    assert REQUEST is not None
    served = Served(REQUEST, 503, faults.H12, "web.1", 0.0, 30.0004)
    assert line(RouterOptions(), served) == (
        'at=error code=H12 desc="Request timeout" method=GET path="/slow" host=app.example'
        f' request_id={REQUEST.request_id.decode()} fwd="17.17.17.17" dyno=web.1 connect=0ms'
        " service=30000ms status=503 bytes=0 protocol=http1.1 tls=true tls_version=unknown"
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
def test_explain_reads_every_code(fault: Fault) -> None:
    """H23 is the legacy router's, and H24 is the router's own end."""
    assert REQUEST is not None
    text = line(RouterOptions(), Served(REQUEST, fault.status, fault, "web.1", 0.001, 1.5))
    told = LogLine(1_767_225_600.0, "heroku", "router", text).text
    assert told.startswith("2026-01-01T00:00:00.000000+00:00 heroku[router]: ")
    explanation = explain(_lines([told]))
    told_of = explanation.failed or bool(explanation.findings)
    assert told_of is (fault.code not in ("H23", "H24"))
    assert explanation.platform == "heroku"


def test_explain_says_nothing_of_good_requests() -> None:
    async def run() -> list[str]:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        async with Stage(answering(answer)) as stage:
            client = await stage.client()
            for number in range(20):
                await client.send(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
                await client.head()
            return [event.text for event in stage.events if isinstance(event, LogLine)]

    lines = asyncio.run(run())
    assert len(lines) == 20
    assert explain(_lines(lines)).findings == ()


def _lines(lines: Iterable[str]) -> BytesIO:
    return BytesIO("".join(f"{text}\n" for text in lines).encode())
