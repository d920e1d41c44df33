"""One line, and one span, for each answer of an endpoint that asks a model."""

import logging
import time
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from wherry.django import registry
from wherry.django.request_id import request_id

logger = logging.getLogger("wherry.requests")

NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an answer; ``run_s`` are the seconds that it waited and ran, if it did."""

    model: str
    version: str
    total_s: float
    run_s: tuple[float, float] | None


def tell(request: HttpRequest, response: HttpResponse, told: Told) -> None:
    """Log and trace an answer, whichever of the two ``WHERRY`` asks for."""
    fields: dict[str, Any] = {
        "request_id": request_id(request),
        "method": request.method,
        "path": request.path[:200],
        "model": told.model,
        "version": told.version,
        "code": response.status_code,
        "total_s": round(told.total_s, 6),
    }
    if told.run_s is not None:
        fields["queue_s"], fields["compute_s"] = (round(part, 6) for part in told.run_s)
    conf = registry.conf()
    if conf.log_requests:
        logger.info("%s %s %d", request.method, fields["path"], response.status_code, extra=fields)
    if conf.traces:
        _trace(fields, told.total_s)


def _trace(fields: dict[str, Any], total_s: float) -> None:
    tracer = _tracer()
    if tracer is None:
        return
    ended_ns = time.time_ns()
    span = tracer.start_span(
        f"wherry {fields['model'] or 'unknown model'}",
        start_time=ended_ns - int(total_s * NS_PER_S),
        attributes={f"wherry.{key}": value for key, value in fields.items() if value is not None},
    )
    span.end(ended_ns)


@cache
def _tracer() -> Any:
    """Return OpenTelemetry's tracer, or None where it is not installed."""
    try:
        trace = import_module("opentelemetry.trace")
    except ImportError:
        logger.warning(
            "WHERRY['TRACES'] is on, but opentelemetry-api is not installed: "
            "pip install opentelemetry-api."
        )
        return None
    return trace.get_tracer("wherry")
