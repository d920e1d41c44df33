"""From what a job asks to what a model answers, as the endpoint or ``predict`` would have."""

import time
from collections.abc import Mapping
from typing import Any

from wherry.django import registry
from wherry.django.answers import STATUSES
from wherry.django.jobs import payloads
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.models import Job
from wherry.django.jobs.store import Answer
from wherry.errors import ModelNotReady, Overloaded, WherryError
from wherry.masking import mask
from wherry.serving import exchange


class NotNow(WherryError):
    """The model takes no work for the moment, which is not the job's fault."""

    def __init__(self, message: str = "", *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def execute(job: Job, options: JobOptions) -> Answer:
    """Ask the model; what goes wrong with the job itself is an answer too.

    Raises:
        NotNow: the job had better be done later.
    """
    deadline = time.monotonic() + options.max_run_s
    try:
        model = registry.repository().get(job.model)
        model.ensure_loaded(wait=True)
        if job.version:
            model = registry.repository().get(job.model, job.version)
        if job.kind == "value":
            inputs = payloads.unpack(str(job.request_form["form"]), bytes(job.request))
            outputs = model.predict(inputs, signature=job.signature or None, deadline=deadline)
            form, data = payloads.pack(outputs, options.max_answer_bytes)
            return Answer(data, {"form": form, "version": model.version})
        sent = exchange.Exchange.from_form(job.kind, job.request_form, bytes(job.request))
        answered = exchange.answer(model, sent, lambda _: deadline)
        if len(answered.body) > options.max_answer_bytes:
            raise payloads.too_large(options.max_answer_bytes)
        return Answer(answered.body, _form(answered, model.version))
    except (Overloaded, ModelNotReady) as error:
        raise NotNow(str(error), retry_after_s=error.retry_after_s) from error
    except WherryError as error:
        return Answer(error=mask(str(error)), code=_code(error))


def _form(answered: exchange.Answered, version: str) -> Mapping[str, Any]:
    return {
        "content_type": answered.content_type,
        "headers": dict(answered.headers),
        "version": version,
    }


def _code(error: WherryError) -> int:
    return next((code for kind, code in STATUSES if isinstance(error, kind)), 500)
