"""A job: what was asked, what became of it, who works on it."""

import uuid
from typing import Any, ClassVar, Final

from django.db import models

from wherry.django.jobs import payloads
from wherry.django.jobs.errors import JobFailed, JobNotFinished, JobNotFound

# A worker's name, see ``owners``.
LONGEST_OWNER: Final = 64


class State(models.TextChoices):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED: Final = (State.QUEUED, State.RUNNING)


class Job(models.Model):
    """One prediction that is done when a worker gets to it.

    The row is the truth: a task of the backend only says that there is something to do. Every
    change of ``state`` is made on the condition that the state, and for a running job its worker
    and try, are still what they were, so that a job has one result whatever dies or comes late.

    Attributes:
        model: The name of the model, and ``version`` the one asked for, if any.
        kind: In what form it was asked: ``value`` (from Python), ``v1`` or ``v2`` (over HTTP).
        request: What was asked, and ``request_form`` how to read it.
        answer: What the model said, and ``answer_form`` how to read it; see ``payloads``.
        error: Why it failed, as a sentence; ``code`` is the HTTP status that goes with it.
        tries: How often it has been begun.
        worker: Who works on it, until ``lease_until`` unless that is prolonged.
        task_id: The backend's task that is to do it; ``task_uuid`` is the same as a UUID.
        expires_at: When it is not begun any more, or its result is forgotten.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=200)
    version = models.CharField(max_length=200, blank=True)
    signature = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=LONGEST_OWNER, blank=True)
    lease_until = models.DateTimeField(null=True)
    task_id = models.CharField(max_length=64, blank=True)
    # The same where it is a UUID: databases compare that with the tasks' own.
    task_uuid = models.UUIDField(null=True)
    queued_at = models.DateTimeField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    code = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    request_form = models.JSONField(default=dict)
    answer_form = models.JSONField(default=dict)
    stored_bytes = models.PositiveBigIntegerField(default=0)
    # The large ones last: databases read over a row from its beginning.
    request = models.BinaryField(default=bytes)
    answer = models.BinaryField(default=bytes)

    objects: ClassVar[models.Manager["Job"]] = models.Manager()

    class Meta:
        """Jobs are looked for by state."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "lease_until"], name="wherry_jobs_lease"),
            models.Index(fields=["expires_at"], name="wherry_jobs_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.id} ({self.state})"

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in UNFINISHED

    def result(self) -> Any:
        """Return what the model answered: its outputs by name, or what its postprocess made.

        Reads the job anew first. A job that was asked for over HTTP has the body of its answer.

        Raises:
            JobNotFinished: it waits or runs.
            JobFailed: it failed or was cancelled, with the reason.
            JobNotFound: it has expired.
        """
        try:
            self.refresh_from_db()
        except Job.DoesNotExist:
            raise JobNotFound(f"There is no job {self.id} any more; it has expired.") from None
        if not self.is_finished:
            raise JobNotFinished(f"The job {self.id} is {self.state}.")
        if self.state != State.SUCCEEDED:
            raise JobFailed(self.error, code=self.code)
        # One that was asked for over HTTP has the bytes of its answer.
        form = str(self.answer_form.get("form", payloads.BYTES))
        return payloads.unpack(form, bytes(self.answer))
