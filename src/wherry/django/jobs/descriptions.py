"""A job as its status document."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from wherry.django.jobs.models import Job, State


def describe(job: Job) -> dict[str, Any]:
    """Return what a client may know of a job, with the addresses of what it can do next."""
    kwargs = {"name": job.model, "job_id": job.id}
    found: dict[str, Any] = {
        "id": str(job.id),
        "model": job.model,
        "state": str(job.state),
        "tries": job.tries,
        "created": _time(job.created_at),
        "started": _time(job.started_at),
        "finished": _time(job.finished_at),
        "expires": _time(job.expires_at),
        "address": reverse("wherry:job", kwargs=kwargs),
    }
    if job.state == State.SUCCEEDED:
        found["version"] = str(job.answer_form.get("version", ""))
        found["result"] = reverse("wherry:job-result", kwargs=kwargs)
    if job.error:
        found["error"] = job.error
    return found


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
