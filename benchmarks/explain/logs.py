"""Logs to read: all lines distinct, with a stack trace every twenty, as the busiest apps write."""

from collections.abc import Iterator

_TRACE = """Traceback (most recent call last):
  File "/app/.heroku/python/lib/python3.12/site-packages/django/core/handlers/exception.py", \
line 55, in inner
    response = get_response(request)
               ^^^^^^^^^^^^^^^^^^^^^
  File "/app/.heroku/python/lib/python3.12/site-packages/django/core/handlers/base.py", \
line 197, in _get_response
    response = wrapped_callback(request, *callback_args, **callback_kwargs)
  File "/app/shop/views.py", line {line}, in detail
    return render(request, "detail.html", {{"item": items[{number}]}})
KeyError: {number}"""


def distinct_lines(limit_bytes: int) -> Iterator[bytes]:
    """Yield blocks of a log of that size; every line is another one."""
    number = 0
    size = 0
    while size < limit_bytes:
        block = "\n".join(_twenty(number)).encode() + b"\n"
        number += 20
        size += len(block)
        yield block


def _twenty(first: int) -> Iterator[str]:
    for number in range(first, first + 20):
        hour, minute, second = number // 3600 % 24, number // 60 % 60, number % 60
        stamp = f"2026-03-01T{hour:02}:{minute:02}:{second:02}.{number:06}"
        yield (
            f"{stamp}+00:00 heroku[router]: at=info method=GET "
            f'path="/items/{number}?q={number * 7}" host=shop.example.com '
            f'request_id={number:032x} fwd="203.0.113.{number % 250}" dyno=web.{number % 3 + 1} '
            f"connect=0ms service={number % 900}ms status=200 bytes={number % 9000} protocol=https"
        )
        yield (
            f"{stamp}+00:00 app[web.{number % 3 + 1}]: 10.1.2.{number % 250} - - "
            f'"GET /items/{number} HTTP/1.1" 200 {number} "-" "Mozilla/5.0 ({number})"'
        )
    for line in _TRACE.format(number=first, line=first % 400 + 1).splitlines():
        yield f"{stamp}+00:00 app[web.{first % 3 + 1}]: {line}"
