"""The router before Router 2.0: what it alone logs, and how its lines end."""

import asyncio

import pytest

from tests.rehearse.router.stage import OK, Stage, answering, closing
from wherry.rehearse.router.options import RouterOptions


async def _asked(request: bytes, options: RouterOptions) -> tuple[bytes, str]:
    async with Stage(answering(OK), options=options) as stage:
        answer = await stage.ask(request)
        return answer, await stage.line()


_ERRORS = [
    (b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: a\r\n\r\n", 400, "bad header"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: %b\r\n\r\n" % (b"x" * 9000), 400, "bad header"),
    (
        b"GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n",
        *(417, "unsupported expect header value"),
    ),
    (
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n",
        *(400, "bad chunk"),
    ),
]


@pytest.mark.parametrize(("request_bytes", "status", "cause"), _ERRORS)
def test_h26(request_bytes: bytes, status: int, cause: str) -> None:
    answer, line = asyncio.run(_asked(request_bytes, RouterOptions(legacy=True)))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert line.startswith(f'at=error code=H26 desc="Request Error" cause="{cause}" method=')
    assert f"status={status}" in line
    assert line.endswith("protocol=https")


@pytest.mark.parametrize(("request_bytes", "status", "cause"), _ERRORS)
def test_router_2_refuses_without_a_code(request_bytes: bytes, status: int, cause: str) -> None:
    answer, line = asyncio.run(_asked(request_bytes, RouterOptions()))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert line.startswith("at=info method=")
    assert cause not in line


def test_a_good_request() -> None:
    answer, line = asyncio.run(_asked(closing(), RouterOptions(legacy=True)))
    assert b"Via: 1.1 vegur\r\n" in answer
    assert line.startswith("at=info method=GET ")
    assert line.endswith("status=200 bytes=2 protocol=https")
