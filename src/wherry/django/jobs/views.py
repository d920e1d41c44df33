"""The endpoints of jobs: how it is, what came out, never mind."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from wherry.django.answers import JSON, endpoint, error_response, json_response
from wherry.django.jobs import payloads, recovery, store
from wherry.django.jobs.descriptions import describe
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.models import Job, State
from wherry.serving.wire import document

# How soon a client may look again at a job that has not finished.
LOOK_AGAIN_S = 1


@endpoint("GET", "HEAD", "DELETE")
def job(request: HttpRequest, name: str, job_id: str) -> HttpResponse:
    """Answer how a job is; DELETE cancels it."""
    options = job_options()
    found = _find(name, job_id)
    if found is None:
        return _gone(job_id)
    if request.method == "DELETE":
        store.cancel(job_id, options)
        return _status(_find(name, job_id) or found)
    if recovery.recover_one(found, options):
        found = _find(name, job_id) or found
    return _status(found)


@endpoint("GET", "HEAD")
def result(_: HttpRequest, name: str, job_id: str) -> HttpResponse:
    """Answer what the endpoint would have answered, had the client waited."""
    found = _find(name, job_id)
    if found is None:
        return _gone(job_id)
    if found.state == State.SUCCEEDED:
        found.refresh_from_db(fields=["answer"])
        return _result(found)
    if found.is_finished:
        return error_response(found.code, found.error)
    return _status(found, code=202)


def _find(name: str, job_id: str) -> Job | None:
    # Without what was asked and answered, which may be large.
    return Job.objects.defer("request", "answer").filter(id=job_id, model=name).first()


def _gone(job_id: str) -> HttpResponse:
    return error_response(404, f"There is no job {job_id}; it may have expired.")


def _status(found: Job, code: int = 200) -> HttpResponse:
    response = json_response(describe(found), code)
    response["Cache-Control"] = "no-store"
    if not found.is_finished:
        response["Retry-After"] = str(LOOK_AGAIN_S)
    return response


def _result(found: Job) -> HttpResponse:
    form: dict[str, Any] = found.answer_form
    body = bytes(found.answer)
    if "content_type" not in form:  # Asked from Python.
        value = payloads.unpack(str(form["form"]), body)
        return HttpResponse(document.write_checked({"outputs": value}), content_type=JSON)
    response = HttpResponse(body, content_type=str(form["content_type"]))
    for key, header in form["headers"].items():
        response[key] = header
    return response
