"""What a client gets where the router itself answers."""

from http import HTTPStatus
from typing import Final

from wherry.rehearse.router.faults import Fault

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; margin: 3em auto; max-width: 40em">
<h1>{title}</h1>
<p>{told}</p>
<p>The router of <code>wherry rehearse</code> answers in the place of the app. The platform's own
page at this point names no code; it stands in the log.</p>
</body>
</html>
"""


def error_page(fault: Fault) -> bytes:
    """Return the whole answer to a request that failed with a code."""
    return _answer(fault.status, "Application error", f"{fault.code}: {fault.desc}")


def refusal(status: int, reason: str) -> bytes:
    """Return the whole answer to a request that broke a rule."""
    return _answer(status, HTTPStatus(status).phrase, f"The router refused this: {reason}.")


def _answer(status: int, title: str, told: str) -> bytes:
    body = _PAGE.format(title=title, told=told.replace("<", "&lt;")).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Cache-Control: no-cache, no-store\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    return head.encode() + body
