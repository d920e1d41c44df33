"""One failure, handed over in every form that logs come in."""

import io
import json
from collections.abc import Callable

import pytest

from wherry.explain.explain import explain, explain_chunks
from wherry.findings import LogSpan

CRASH = """\
[2024-01-01 00:00:01 +0000] [4] [INFO] Starting gunicorn 21.2.0
[2024-01-01 00:00:01 +0000] [9] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/app/.heroku/python/lib/python3.12/site-packages/gunicorn/arbiter.py", line 609, in spawn
    worker.init_process()
    ^^^^^^^^^^^^^^^^^^^^^
  File "/app/.heroku/python/lib/python3.12/site-packages/gunicorn/util.py", line 371, in import_app
    mod = importlib.import_module(module)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1387, in _gcd_import
  File "/app/mysite/wsgi.py", line 16, in <module>
    application = get_wsgi_application()
  File "/app/mysite/settings.py", line 12, in <module>
    import django_heroku
ModuleNotFoundError: No module named 'django_heroku'
[2024-01-01 00:00:01 +0000] [9] [INFO] Worker exiting (pid: 9)
[2024-01-01 00:00:02 +0000] [4] [ERROR] Worker (pid:9) exited with code 3
[2024-01-01 00:00:02 +0000] [4] [ERROR] Reason: Worker failed to boot.
"""
LINES = CRASH.splitlines()


def each(write: Callable[[int, str], str]) -> str:
    """Return the lines, each written anew with its number."""
    return "\n".join(write(number, line) for number, line in enumerate(LINES))


def wrapped(lines: list[str], width: int) -> str:
    """Return the lines as a terminal of that width shows them."""
    return "\n".join(
        line[start : start + width]
        for line in lines
        for start in range(0, max(len(line), 1), width)
    )


def clock(number: int) -> str:
    """Return a time that grows."""
    return f"00:00:{number:02}"


HEROKU = each(lambda n, line: f"2024-01-01T{clock(n)}.000000+00:00 app[web.1]: {line}")
FORMS: dict[str, str | bytes] = {
    "plain": CRASH,
    "windows": CRASH.replace("\n", "\r\n"),
    "utf-16": CRASH.encode("utf-16"),
    "utf-16 without a mark": CRASH.encode("utf-16-le"),
    "utf-16 of a big-endian machine": CRASH.encode("utf-16-be"),
    "utf-8 with a mark": b"\xef\xbb\xbf" + CRASH.encode(),
    "latin-1": b"Gr\xfc\xdfe\n" + CRASH.encode(),
    "colours": each(lambda _, line: f"\x1b[31m{line}\x1b[0m"),
    "colours without escapes": each(lambda _, line: f"[31m{line}[0m"),
    "nuls": CRASH.replace("\n", "\0\n"),
    "wrapped at 80": wrapped(LINES, 80),
    "wrapped at 120": wrapped(HEROKU.splitlines(), 120),
    "numbered": each(lambda n, line: f"{n + 1:4} {line}"),
    "numbered with tabs": each(lambda n, line: f"{n + 1}\t{line}"),
    "quoted": each(lambda _, line: f"> {line}"),
    "cut off at the top": "\n".join(LINES[7:]),
    "without indentation": each(lambda _, line: line.strip()),
    "two workers at once": each(lambda _, line: f"{line}\n{line.replace('9', '10')}"),
    "heroku": HEROKU,
    "two dynos": each(
        lambda n, line: "\n".join(
            f"2024-01-01T{clock(n)}.000000+00:00 app[web.{dyno}]: {line}" for dyno in (1, 2)
        )
    ),
    "heroku's drain": each(
        lambda n, line: f"210 <190>1 2024-01-01T{clock(n)}.000000+00:00 host app web.1 - {line}"
    ),
    "papertrail": each(lambda n, line: f"Jan 01 {clock(n)} myapp app/web.1 {line}"),
    "compose": each(lambda _, line: f"web-1  | {line}"),
    "older compose": each(lambda _, line: f"web_1  | {line}"),
    "foreman": each(lambda n, line: f"{clock(n)} web.1   | {line}"),
    "render": each(lambda n, line: f"2024-01-01T{clock(n)}.123456789Z {line}"),
    "render's page": each(lambda n, line: f"Jan 1 10{clock(n)[2:]} AM  {line}"),
    "railway": each(lambda n, line: f"2024-01-01T{clock(n)}.123456789Z [err]  {line}"),
    "fly": each(lambda n, line: f"2024-01-01T{clock(n)}Z app[148ed193b39389] cdg [info]{line}"),
    "journal": each(lambda n, line: f"Jan 01 {clock(n)} host gunicorn[123]: {line}"),
    "cloud run": each(lambda n, line: f"2024-01-01 {clock(n)} {line}"),
    "json lines": each(lambda _, line: json.dumps({"textPayload": line, "timestamp": "2024"})),
    "one entry of json": json.dumps({"textPayload": CRASH, "severity": "ERROR"}),
    "printed json": json.dumps([{"textPayload": CRASH, "severity": "ERROR"}], indent=2),
    "docker's json": each(lambda _, line: json.dumps({"log": f"{line}\n", "stream": "stderr"})),
    "journal as json": each(lambda _, line: json.dumps({"MESSAGE": line, "PRIORITY": "6"})),
    "structlog": json.dumps({"event": "boot failed", "exception": CRASH, "level": "error"}),
    "an error's stack": json.dumps({"message": "boot", "error": {"stack": CRASH}}),
    "loki": each(lambda _, line: json.dumps({"line": line, "labels": {"app": "shop"}})),
    "logfmt": f"time=2024-01-01T00:00:00Z level=error msg={json.dumps(CRASH)}",
    "a dashboard's clock": each(lambda n, line: f"{clock(n)} {line}"),
    "pods": each(lambda _, line: f"[pod/shop-5d9f7/web] {line}"),
    "containerd": each(lambda n, line: f"2024-01-01T{clock(n)}.1Z stderr F {line}"),
    "pm2": each(lambda _, line: f"0|shop  | {line}"),
    "syslog": each(lambda n, line: f"2024-01-01T{clock(n)}.1+00:00 host shop[12]: {line}"),
    "a table of a dashboard": each(
        lambda n, line: '"2024-01-01T{}Z","{}"'.format(clock(n), line.replace('"', '""'))
    ),
    "yaml": each(lambda _, line: f"textPayload: {json.dumps(line)}"),
}


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@pytest.mark.parametrize("form", FORMS)
def test_it_is_one_cause_in_every_form(form: str) -> None:
    explanation = explain(io.BytesIO(as_bytes(FORMS[form])))
    assert [
        (finding.cause.name, finding.values.get("module")) for finding in explanation.findings
    ] == [("dependency-not-in-requirements", "django_heroku")]
    assert explanation.outside == ()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_it_does_not_matter_how_the_bytes_come(form: str, size: int) -> None:
    data = as_bytes(FORMS[form])
    if size == 1 and len(data) > 20_000:
        pytest.skip("the same code as with seven")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    found = explain_chunks(pieces).findings
    assert [finding.cause.name for finding in found] == ["dependency-not-in-requirements"]


def test_the_lines_are_quoted_with_their_numbers() -> None:
    (finding,) = explain(io.BytesIO(CRASH.encode())).findings
    (span,) = finding.where
    assert isinstance(span, LogSpan)
    assert span.lines == (13, 15)
    assert span.quotes[0] == 'File "/app/mysite/settings.py", line 12: import django_heroku'
    assert span.quotes[1] == LINES[14]


def test_a_line_that_never_ends_is_cut() -> None:
    log = b"x" * 3_000_000 + b"\nbash: gunicorn: command not found\n"
    pieces = [log[start : start + 65_536] for start in range(0, len(log), 65_536)]
    explanation = explain_chunks(pieces)
    assert [finding.cause.name for finding in explanation.findings] == ["gunicorn-not-installed"]
    assert explanation.lines == 2


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"\n\n\n",
        b"\xff\xfe",
        b"\x00" * 100,
        b"{" * 5000 + b"\n",
        b'{"textPayload": ' * 500 + b"\n",
        b'  File "' * 2000 + b"\n",
        b"Traceback (most recent call last):\n" * 300,
        b'  File "x.py", line 1, in f\n' * 3000,
        b"A." * 20_000 + b"Error\n",
        ("\u00e4" * 70_000).encode() + b"\n",
    ],
    ids=range(11),
)
def test_nonsense_is_read_to_the_end(log: bytes) -> None:
    assert explain(io.BytesIO(log)).findings == ()


def test_secrets_are_masked() -> None:
    log = (
        "django.db.utils.OperationalError: connection to server at "
        '"localhost" (127.0.0.1), port 5432 failed: Connection refused '
        "postgres://u:hunter2secret@localhost/db\n"
    )
    told = json.dumps(explain(io.BytesIO(log.encode())).to_dict())
    assert "database-localhost" in told
    assert "hunter2secret" not in told
