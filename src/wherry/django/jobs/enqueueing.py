"""Take a job: keep it, and tell the backend that there is something to do."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, router, transaction
from django.utils import timezone

from wherry.django.jobs import payloads, store
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.errors import JobStoreFailed
from wherry.django.jobs.framework import shares_database
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.models import Job
from wherry.serving.model import ServedModel
from wherry.serving.state import State
from wherry.tensors import validate_inputs


def enqueue(model: ServedModel, inputs: Any, *, signature: str | None = None) -> Job:
    """Let a worker predict later what ``model.predict`` would now; return the job.

    Inputs are checked now if the model is in memory here, and when the job runs in any case.
    Inside a transaction of the site's own the job is begun only once that is committed.

    Raises:
        InvalidInput: the inputs do not fit, or are of a kind that cannot be kept.
        JobsFull: too many jobs wait, or too much is stored.
        JobStoreFailed: the database did not take it.
    """
    options = job_options()
    if model.options.preprocess is None and model.state is State.READY:
        inputs = validate_inputs(model.signature(signature), inputs)
    form, data = payloads.pack(inputs, options.max_input_bytes)
    return keep(
        options,
        model=model.name,
        signature=signature or "",
        kind="value",
        request=data,
        request_form={"form": form},
    )


def keep(
    options: JobOptions,
    *,
    model: str,
    kind: str,
    request: bytes,
    request_form: Mapping[str, Any],
    signature: str = "",
    version: str = "",
) -> Job:
    """Store a new job and hand it to the backend, both or neither.

    Raises:
        JobsFull: too many jobs wait, or too much is stored.
        JobStoreFailed: the database did not take it.
    """
    now = timezone.now()
    job = Job(
        id=uuid.uuid4(),
        model=model,
        version=version,
        signature=signature,
        kind=kind,
        request=request,
        request_form=dict(request_form),
        stored_bytes=len(request),
        created_at=now,
        queued_at=now,
        expires_at=now + timedelta(seconds=options.expires_s),
    )
    with _said_in_words():
        store.check_room(options, len(request))
        with transaction.atomic(using=router.db_for_write(Job)):
            job.save(force_insert=True)
            hand_over(job, options)
    return job


def hand_over(job: Job, options: JobOptions) -> None:
    """Give the backend a task for a job; inside a transaction if it has the same database."""
    if shares_database(options.backend):
        _add_task(job, options)
    else:
        # A task could be begun before the job that it is for can be seen. Should this process
        # end in between, ``recovery`` finds a job without a task.
        transaction.on_commit(
            lambda: _add_task(job, options), using=router.db_for_write(Job), robust=False
        )


def _add_task(job: Job, options: JobOptions) -> None:
    from wherry.django.jobs.tasks import run_job

    task = run_job.using(backend=options.backend, queue_name=options.queue)
    result = task.enqueue(job_id=str(job.id))
    job.task_id, job.task_uuid = result.id, _uuid(result.id)
    Job.objects.filter(id=job.id).update(task_id=job.task_id, task_uuid=job.task_uuid)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@contextmanager
def _said_in_words() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise JobStoreFailed(
            f"The job could not be kept: the database says {str(error).strip()!r}. Nothing was "
            "begun, and the jobs that were kept before are not touched. Ask again later."
        ) from error
