"""What happens to each answer of an endpoint that asks a model: counted, logged, traced."""

import functools
from time import perf_counter

from django.http import HttpRequest, HttpResponse

from wherry.django import registry
from wherry.django.answers import View
from wherry.errors import WherryError
from wherry.serving import measurements
from wherry.serving.measurements import NO_RUN, ModelMeasurements, last_run


def observed(view: View) -> View:
    """Count the answers of a view whose arguments are a model's name and perhaps version.

    The view turns its own errors into answers. A request that no run answered counts for the
    version that is served under the name, and under no name where none is.
    """

    @functools.wraps(view)
    def observing(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
        started = perf_counter()
        last_run.of = NO_RUN
        response = view(request, name, version)
        total_s = perf_counter() - started
        run = last_run.of
        handle = _unanswered(name) if run is None else run[0]
        handle.answered(response.status_code, total_s)
        if _is_told():
            from wherry.django.request_log import Told, tell

            tell(request, response, Told(handle.model, handle.version, total_s, run and run[1:]))
        return response

    return observing


def _is_told() -> bool:
    try:
        conf = registry.conf()
    except WherryError:
        return False
    return conf.log_requests or conf.traces


# They are kept, since to claim a block for each of many wrong requests would cost more than those.
_kept: dict[str, ModelMeasurements] = {}


def _unanswered(name: str) -> ModelMeasurements:
    """Return whose count an answer without a run is; any name may come from outside."""
    try:
        model = registry.repository().get(name)
    except WherryError:
        return _keep("")
    try:
        return measurements.of(name, model.version)
    except WherryError:
        return _keep(name)


def _keep(name: str) -> ModelMeasurements:
    """Return the counts of a name, of those that are served, without a version."""
    kept = _kept.get(name)
    if kept is None:
        kept = _kept[name] = measurements.of(name, "")
    return kept
