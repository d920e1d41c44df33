"""``Prefer: respond-async``: keep a request for a prediction, and say where its job is."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wherry.django import registry
from wherry.django.answers import error_response, json_response
from wherry.django.body import read_exchange
from wherry.django.jobs import enqueueing
from wherry.django.jobs.descriptions import describe
from wherry.django.jobs.errors import JobsFull, JobStoreFailed
from wherry.django.jobs.in_force import job_options
from wherry.serving import exchange
from wherry.serving.exchange import Exchange
from wherry.serving.model import ServedModel
from wherry.serving.state import State

# A worker may have done some of the jobs by then.
RETRY_AFTER_S = 10


def accept(request: HttpRequest, protocol: str, name: str, version: str | None) -> HttpResponse:
    """Answer 202 and the address of a job that does what the request asks for.

    Raises:
        WherryError: the request would be refused without the preference as well.
    """
    options = job_options()
    model = registry.repository().get(name)
    sent = read_exchange(request, protocol, options.max_input_bytes)
    _check(model, sent, version)
    try:
        job = enqueueing.keep(
            options,
            model=name,
            version=version or "",
            kind=protocol,
            request=sent.body,
            request_form=sent.form(),
        )
    except JobsFull as error:
        response = error_response(503, str(error))
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    except JobStoreFailed as error:
        response = error_response(507, str(error))
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    response = json_response(describe(job), 202)
    response["Location"] = reverse("wherry:job", kwargs={"name": name, "job_id": job.id})
    response["Preference-Applied"] = "respond-async"
    return response


def _check(model: ServedModel, sent: Exchange, version: str | None) -> None:
    """Refuse now what is known to be wrong; a model that is not in memory is not waited for."""
    if model.state is not State.READY:
        return
    if version is not None:
        model = registry.repository().get(model.name, version)
    exchange.check(model, sent)
