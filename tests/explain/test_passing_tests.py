"""Tests provoke errors to see them handled: where all pass, nothing of it failed."""

import io

import pytest

from wherry.explain.explain import explain

PROVOKED = """Found 61 test(s).
...........Internal Server Error: /cows/boom/
Traceback (most recent call last):
  File "/home/runner/work/herd/herd/views.py", line 71, in boom
    raise RuntimeError("no model")
RuntimeError: no model
.............Bad Request: /cows/upload/
----------------------------------------------------------------------
Ran 61 tests in 14.820s

"""
AFTER = """Traceback (most recent call last):
  File "/home/runner/work/herd/deploy.py", line 12, in <module>
    raise SystemError("no such server")
SystemError: no such server
"""
PYTEST = PROVOKED.partition("----")[0]


def _told(log: str) -> tuple[list[str], int]:
    told = explain(io.BytesIO(log.encode()))
    return [finding.cause.name for finding in told.findings], len(told.outside)


@pytest.mark.parametrize(
    "log",
    [
        f"{PROVOKED}OK\n",
        f"{PROVOKED}OK (skipped=2)\nDestroying test database for alias 'default'...\n",
        f"{PYTEST}======= 61 passed, 3 warnings in 9.12s =======\n",
        f"{PYTEST}61 passed in 9.12s\n",
    ],
)
def test_nothing_is_wrong_where_they_pass(log: str) -> None:
    assert _told(log) == ([], 0)


@pytest.mark.parametrize(
    "log",
    [
        f"{PROVOKED}FAILED (failures=1)\n",
        f"{PYTEST}======= 1 failed, 60 passed in 9.12s =======\n",
        # What fails after the tests is no test's.
        f"{PROVOKED}OK\n{AFTER}",
        PYTEST,
    ],
)
def test_what_fails_is_still_told(log: str) -> None:
    assert _told(log) != ([], 0)
