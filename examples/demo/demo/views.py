"""The page that shows the models and the memory as they are."""

import statistics
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from demo.processes import server_processes
from wherry.django.registry import repository
from wherry.platforms.heroku import SHARED_DYNO_BYTES_PER_SHARE
from wherry.serving.model import ServedModel
from wherry.serving.state import State


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show every model's state, memory and latency, and the server's processes."""
    processes = server_processes()
    held = sum(each.memory.anonymous_bytes + each.memory.swap_bytes for each in processes)
    context = {
        "models": [describe(model) for model in repository().models.values()],
        "processes": [
            {
                "pid": each.pid,
                "answering": each.answering,
                "anonymous_bytes": each.memory.anonymous_bytes + each.memory.swap_bytes,
                "pss_bytes": each.memory.pss_bytes,
                "rss_bytes": each.memory.rss_bytes,
            }
            for each in processes
        ],
        "held_bytes": held,
        "dyno_bytes": SHARED_DYNO_BYTES_PER_SHARE,
        "held_percent": min(100, 100 * held / SHARED_DYNO_BYTES_PER_SHARE),
    }
    response = render(request, "demo/models.html", context)
    response["Cache-Control"] = "no-store"
    return response


def describe(model: ServedModel) -> dict[str, Any]:
    """Return what the page says of one model. Does not load it."""
    described: dict[str, Any] = {
        "name": model.name,
        "state": model.state,
        "reason": model.reason,
        "requests": model.requests,
        "load_s": model.load_s,
        "warmup_s": model.warmup_s,
        "anonymous_bytes": model.anonymous_bytes,
        **_latency(model.latency),
    }
    if model.state is State.READY:
        bundle = model.bundle
        described |= {
            "runtime": bundle.runtime,
            "version": bundle.version,
            "file_bytes": _size(bundle.model),
            "signature": model.signatures[model.default_signature],
        }
    return described


def _latency(seconds: tuple[float, ...]) -> dict[str, float | None]:
    if not seconds:
        return {"median_s": None, "slowest_s": None}
    return {"median_s": statistics.median(seconds), "slowest_s": max(seconds)}


def _size(model: Path) -> int:
    if model.is_file():
        return model.stat().st_size
    return sum(file.stat().st_size for file in model.rglob("*") if file.is_file())
