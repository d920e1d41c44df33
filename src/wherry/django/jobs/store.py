"""The life of a job, each step one statement that changes nothing if somebody else was first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.errors import JobsFull
from wherry.django.jobs.models import UNFINISHED, Job, State


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish a job: of one worker, for one try."""

    job: Job
    worker: str
    tries: int

    def rows(self) -> QuerySet[Job]:
        """Return the job's row as long as it is this worker's."""
        return Job.objects.filter(
            id=self.job.id, state=State.RUNNING, worker=self.worker, tries=self.tries
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a job ends with.

    ``data`` in the form that ``form`` describes, or, where it failed, ``error`` and the HTTP
    status ``code`` that goes with it.
    """

    data: bytes = b""
    form: Mapping[str, Any] | None = None
    error: str = ""
    code: int = 200


def check_room(options: JobOptions, stored_bytes: int) -> None:
    """Refuse a job when too many wait, or too much is stored.

    Raises:
        JobsFull: with the number.
    """
    kept = Job.objects.aggregate(bytes=Coalesce(Sum("stored_bytes"), 0))["bytes"]
    if kept + stored_bytes > options.max_stored_bytes:
        raise JobsFull(
            f"The jobs and results that are kept take {kept} bytes; with this one they would take "
            f"more than {options.max_stored_bytes} (WHERRY['JOBS']['MAX_STORED_BYTES']). "
            "Ask again when some have expired."
        )
    waiting = Job.objects.filter(state=State.QUEUED).count()
    if waiting >= options.max_queued:
        raise JobsFull(
            f"{waiting} jobs wait already (WHERRY['JOBS']['MAX_QUEUED']). Ask again when a worker "
            "has done some."
        )


def begin(job_id: str, worker: str, options: JobOptions) -> Claim | None:
    """Begin a job; None if there is nothing to begin: begun, finished, cancelled or expired."""
    now = timezone.now()
    begun = Job.objects.filter(id=job_id, state=State.QUEUED, expires_at__gt=now).update(
        state=State.RUNNING,
        worker=worker,
        tries=F("tries") + 1,
        started_at=now,
        lease_until=now + timedelta(seconds=options.lease_s),
    )
    if not begun:
        return None
    job = Job.objects.defer("answer").filter(id=job_id, state=State.RUNNING, worker=worker).first()
    return None if job is None else Claim(job, worker, job.tries)


def prolong(claim: Claim, lease_s: float) -> bool:
    """Say that the worker lives; return whether the job is still its own."""
    until = timezone.now() + timedelta(seconds=lease_s)
    return bool(claim.rows().update(lease_until=until))


def finish(claim: Claim, answer: Answer, options: JobOptions) -> bool:
    """Store what came out and forget what was asked; return False if that is not wanted any more.

    A job that was cancelled meanwhile, or that another worker has begun since, is left alone.
    """
    now = timezone.now()
    return bool(
        claim.rows().update(
            state=State.FAILED if answer.error else State.SUCCEEDED,
            answer=answer.data,
            answer_form=dict(answer.form or {}),
            error=answer.error,
            code=answer.code,
            request=b"",
            stored_bytes=len(answer.data),
            finished_at=now,
            lease_until=None,
            expires_at=now + timedelta(seconds=options.expires_s),
        )
    )


def put_off(claim: Claim, lease_s: float) -> None:
    """Let the lease of a job run out soon without counting the try: it was not the job's fault."""
    claim.rows().update(
        worker="",
        tries=F("tries") - 1,
        lease_until=timezone.now() + timedelta(seconds=lease_s),
    )


def cancel(job_id: str, options: JobOptions) -> bool:
    """Cancel a job that has not finished; return whether that was so.

    A run that is under way goes on to its end, and what it answers is thrown away.
    """
    now = timezone.now()
    return bool(
        Job.objects.filter(id=job_id, state__in=UNFINISHED).update(
            state=State.CANCELLED,
            request=b"",
            stored_bytes=0,
            code=410,
            error="The job was cancelled.",
            finished_at=now,
            lease_until=None,
            expires_at=now + timedelta(seconds=options.expires_s),
        )
    )


def forget_expired() -> int:
    """Remove jobs whose time is over, but for those that a living worker has; return how many."""
    now = timezone.now()
    at_work = Q(state=State.RUNNING, lease_until__gt=now)
    removed, _ = Job.objects.filter(expires_at__lte=now).exclude(at_work).delete()
    return removed
