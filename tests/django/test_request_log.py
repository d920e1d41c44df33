"""Lines and spans for answers, and the ids in them."""

import json
import logging
import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from tests.django.conftest import Ask
from wherry.django import request_id, request_log
from wherry.django.log_formats import JsonFormatter, LogfmtFormatter
from wherry.django.request_id import RequestIdFilter

ROUTERS = "5fcb12ec-1ab5-4e95-9a26-0c9b0e4b7a51"


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "wherry.requests"]


def record(message: str = "hello", **extra: Any) -> logging.LogRecord:
    found = logging.LogRecord("site", logging.WARNING, "f.py", 1, message, (), None)
    vars(found).update(extra)
    return found


@pytest.mark.usefixtures("served")
def test_nothing_is_logged_unless_asked_for(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    """A line for each request is the site's decision."""
    caplog.set_level("INFO", "wherry.requests")
    ask("/v2/models/dense/infer", {})
    assert told(caplog) == []


def test_an_answer_is_logged_with_its_times(
    ask: Ask, served: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Model, version, code, the router's id, and the two parts of the time."""
    caplog.set_level("INFO", "wherry.requests")
    body = {"instances": [[1.0, 2.0, 3.0, 4.0]]}
    with override_settings(WHERRY={**served, "LOG_REQUESTS": True}):
        assert ask("/v1/models/dense:predict", body, **{"X-Request-Id": ROUTERS}).status_code == 200
    (line,) = told(caplog)
    fields = vars(line)
    assert (fields["model"], fields["version"], fields["code"]) == ("dense", "1", 200)
    assert fields["request_id"] == ROUTERS
    assert fields["path"] == "/v1/models/dense:predict"
    assert 0 < fields["compute_s"] <= fields["total_s"]
    assert 0 <= fields["queue_s"] <= fields["total_s"]


def test_a_request_without_a_run_has_no_run_times(
    ask: Ask, served: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Those of this thread's last run belong to another request."""
    caplog.set_level("INFO", "wherry.requests")
    with override_settings(WHERRY={**served, "LOG_REQUESTS": True}):
        ask("/v1/models/none:predict", {})
    (line,) = told(caplog)
    assert not hasattr(line, "compute_s")
    assert (vars(line)["model"], vars(line)["code"]) == ("", 404)


@pytest.mark.parametrize("given", ["x" * 201, "a\nb", "a b", 'a"b', ""])
def test_an_id_that_no_router_wrote_is_not_taken(given: str) -> None:
    """It could forge a line of the log."""
    request = RequestFactory().get("/", headers={"X-Request-Id": given})
    assert request_id.request_id(request) is None


def test_the_middleware_makes_an_id_and_answers_with_it() -> None:
    """Every record meanwhile has it; none afterwards."""
    seen: list[logging.LogRecord] = []

    def view(_: HttpRequest) -> HttpResponse:
        found = record()
        RequestIdFilter().filter(found)
        seen.append(found)
        return HttpResponse()

    response = request_id.middleware(view)(RequestFactory().get("/"))
    made = response.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f-]{36}", made)
    assert vars(seen[0])["request_id"] == made
    after = record()
    RequestIdFilter().filter(after)
    assert vars(after)["request_id"] is None


def test_the_middleware_passes_the_routers_id_on() -> None:
    """Unless the view has answered with one of its own."""
    request = RequestFactory().get("/", headers={"X-Request-Id": ROUTERS})
    response = request_id.middleware(lambda _: HttpResponse())(request)
    assert response.headers["X-Request-Id"] == ROUTERS
    own = request_id.middleware(lambda _: HttpResponse(headers={"X-Request-Id": "own"}))(request)
    assert own.headers["X-Request-Id"] == "own"


def test_json_is_one_object_a_line() -> None:
    """With what came by ``extra`` and nothing else of the record."""
    text = JsonFormatter().format(record("one\ntwo", model="m", code=200, request=object()))
    assert "\n" not in text
    fields = json.loads(text)
    assert fields.pop("time").endswith("+00:00")
    assert fields == {
        "level": "warning",
        "logger": "site",
        "message": "one\ntwo",
        "model": "m",
        "code": 200,
    }


def test_an_exception_is_told_within_its_line() -> None:
    """A traceback of its own would be twenty lines, mixed with others'."""
    found = record()
    try:
        raise ValueError("what went wrong")
    except ValueError as error:
        found.exc_info = (ValueError, error, error.__traceback__)
    text = JsonFormatter().format(found)
    assert "\n" not in text
    assert json.loads(text)["exception"].endswith("ValueError: what went wrong")


def test_secrets_are_masked() -> None:
    """Logs are read by many."""
    text = JsonFormatter().format(record("connect postgres://u:hunter2@h/db"))
    assert "hunter2" not in text
    assert "hunter2" not in LogfmtFormatter().format(record("postgres://u:hunter2@h/db"))


def test_a_long_message_keeps_its_end() -> None:
    """Hosts cut long lines, and half a line is no JSON."""
    fields = json.loads(JsonFormatter().format(record("x" * 100_000 + "end")))
    assert len(fields["message"]) < 10_000
    assert fields["message"].endswith("end")


def test_logfmt_quotes_what_needs_it() -> None:
    """One line, and every value ends where it seems to."""
    text = LogfmtFormatter().format(
        record('say "a=b"\nlevel=info', model="m", ok=True, none=None, empty="", code=200)
    )
    assert "\n" not in text
    assert r'message="say \"a=b\"\nlevel=info"' in text
    assert " model=m ok=true " in text
    assert 'empty=""' in text
    assert "none=" not in text
    assert text.endswith("code=200")


def test_spans_are_made_where_wanted(ask: Ask, served: dict[str, Any]) -> None:
    """One for each answer, as long as the answer took."""
    trace = pytest.importorskip("opentelemetry.trace")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    request_log._tracer.cache_clear()
    ask("/v2/models/log/infer", {})
    assert exporter.get_finished_spans() == ()
    with override_settings(WHERRY={**served, "TRACES": True}):
        ask("/v2/models/log/infer", {}, **{"X-Request-Id": ROUTERS})
    (span,) = exporter.get_finished_spans()
    assert span.name == "wherry log"
    assert span.attributes["wherry.code"] == 400
    assert span.attributes["wherry.request_id"] == ROUTERS
    length_s = (span.end_time - span.start_time) / request_log.NS_PER_S
    assert length_s == pytest.approx(span.attributes["wherry.total_s"], abs=1e-5)
    provider.shutdown()
