"""The endpoints' models, with a database."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.django.conftest import ask, models, served
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.models import Job

__all__ = ["ask", "models", "served"]

ROW = [[1.0, 2.0, 3.0, 4.0]]


@pytest.fixture(autouse=True)
def database(db: None) -> None:
    """Every test here has the tables."""


@pytest.fixture
def jobs(served: dict[str, Any]) -> Iterator[Callable[..., JobOptions]]:
    """Put the options in force that it is called with; without a call the defaults are."""
    overrides = []

    def configure(**options: Any) -> JobOptions:
        override = override_settings(WHERRY={**served, "JOBS": options})
        override.enable()
        overrides.append(override)
        return job_options()

    yield configure
    for override in reversed(overrides):
        override.disable()


def work() -> int:
    """Do what a worker would, in this process: every task that waits; return how many."""
    from wherry.django.jobs.tasks import run_job

    waiting = list(DBTaskResult.objects.ready())
    for task in waiting:
        task.claim("test")
        task.set_successful(run_job.func(**task.args_kwargs["kwargs"]))
    return len(waiting)


def fresh(job: Job) -> Job:
    """Return the job as it is in the database now."""
    return Job.objects.get(id=job.id)


def make(**fields: Any) -> Job:
    """Store a job as if it had been enqueued, but for what is given; it has no task."""
    now = timezone.now()
    values = {
        "id": uuid.uuid4(),
        "model": "dense",
        "kind": "value",
        "created_at": now,
        "queued_at": now,
        "expires_at": now + timedelta(hours=1),
        **fields,
    }
    return Job.objects.create(**values)
