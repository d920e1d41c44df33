"""Find the jobs of workers that have died, and let them be done again, each once."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.enqueueing import hand_over
from wherry.django.jobs.framework import (
    TaskResultDoesNotExist,
    TaskResultStatus,
    is_in_database,
    shares_database,
    task_backends,
)
from wherry.django.jobs.models import Job, State
from wherry.django.jobs.owners import is_known_dead

logger = logging.getLogger("wherry.jobs")

# The rest is found the next time.
MOST_AT_ONCE = 200


def recover(options: JobOptions) -> int:
    """Queue again what nobody works on any more; return how many jobs that were.

    Any number of processes may do so at the same time.
    """
    lost = [*_abandoned(), *_without_task(options)]
    return sum(_again(job, options, fault=True) for job in lost)


def recover_one(job: Job, options: JobOptions) -> bool:
    """Queue this job again if its worker's lease is over; return whether it was."""
    over = job.lease_until is not None and job.lease_until <= timezone.now()
    return job.state == State.RUNNING and over and _again(job, options, fault=True)


def hand_back(worker: str, options: JobOptions) -> int:
    """Queue again what a worker had that was told to stop; that try does not count."""
    held = _light().filter(state=State.RUNNING, worker=worker)
    return sum(_again(job, options, fault=False) for job in held)


def forget_tasks(options: JobOptions) -> int:
    """Remove the backend's rows for jobs that were done long ago; return how many."""
    if not is_in_database(options.backend):
        return 0
    from django_tasks_db.models import DBTaskResult

    from wherry.django.jobs.tasks import run_job

    done = DBTaskResult.objects.finished().filter(task_path=run_job.module_path)
    before = timezone.now() - timedelta(seconds=options.expires_s)
    removed, _ = done.filter(finished_at__lte=before).delete()
    return int(removed)


def _light() -> QuerySet[Job]:
    return Job.objects.defer("request", "answer")


def _abandoned() -> Iterable[Job]:
    """Return the running jobs whose lease is over, or whose worker is known to be dead."""
    now = timezone.now()
    running = _light().filter(state=State.RUNNING)
    yield from running.filter(lease_until__lte=now)[:MOST_AT_ONCE]
    held = running.filter(lease_until__gt=now)
    workers = held.order_by().values_list("worker", flat=True).distinct()
    dead = [worker for worker in workers if is_known_dead(worker)]
    if dead:
        yield from held.filter(worker__in=dead)[:MOST_AT_ONCE]


def _without_task(options: JobOptions) -> list[Job]:
    """Return the waiting jobs whose task the backend has lost, or a worker took and died with.

    A worker begins a job as soon as it has its task; in between is hardly any time to die.
    """
    now = timezone.now()
    silent_since = now - timedelta(seconds=options.lease_s)
    waiting = _light().filter(state=State.QUEUED, expires_at__gt=now).order_by("queued_at")
    if shares_database(options.backend):
        from django_tasks_db.models import DBTaskResult

        ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
        waiting = waiting.exclude(task_uuid__in=ready.order_by().values("id"))
    else:
        waiting = waiting.filter(queued_at__lte=silent_since)
    return [job for job in waiting[:MOST_AT_ONCE] if _has_lost_task(job, silent_since, options)]


def _has_lost_task(job: Job, silent_since: datetime, options: JobOptions) -> bool:
    backend = task_backends[options.backend]
    if not job.task_id or not backend.supports_get_result:
        return job.queued_at <= silent_since
    try:
        task = backend.get_result(job.task_id)
    except TaskResultDoesNotExist:
        return job.queued_at <= silent_since
    if task.status == TaskResultStatus.READY:
        return False
    if any(map(is_known_dead, task.worker_ids[-1:])):
        return True
    return (task.started_at or job.queued_at) <= silent_since


def _again(job: Job, options: JobOptions, *, fault: bool) -> bool:
    """Queue a job again, or give it up when its tries are used up; False if it has changed."""
    seen = Job.objects.filter(
        id=job.id, state=job.state, worker=job.worker, tries=job.tries, task_id=job.task_id
    )
    # A task that was lost before its job was begun uses up a try as well: something in it may
    # kill the worker before any of this code runs.
    tries = job.tries + (job.state == State.QUEUED) if fault else job.tries - 1
    is_over = fault and tries >= options.tries
    with transaction.atomic(using=router.db_for_write(Job)):
        if not (_give_up(seen, tries, options) if is_over else _queue(seen, tries)):
            return False
        _close_task(job, options)
        if not is_over:
            hand_over(job, options)
    logger.warning(
        "The job %s was not finished by the worker %s in try %d; %s.",
        job.id,
        job.worker or "that had it",
        job.tries,
        "that was the last" if is_over else "it will be done again",
    )
    return True


def _queue(seen: QuerySet[Job], tries: int) -> int:
    return seen.update(
        state=State.QUEUED, worker="", tries=tries, lease_until=None, queued_at=timezone.now()
    )


def _give_up(seen: QuerySet[Job], tries: int, options: JobOptions) -> int:
    now = timezone.now()
    return seen.update(
        state=State.FAILED,
        tries=tries,
        code=500,
        error=(
            f"Its worker died {tries} times in the middle of this job: killed for its memory, "
            "crashed inside the model, or restarted. It is not tried again "
            "(WHERRY['JOBS']['TRIES'])."
        ),
        request=b"",
        stored_bytes=0,
        lease_until=None,
        finished_at=now,
        expires_at=now + timedelta(seconds=options.expires_s),
    )


def _close_task(job: Job, options: JobOptions) -> None:
    """Mark the task that nobody will finish, which its backend would take for running for ever."""
    if job.task_uuid is None or not shares_database(options.backend):
        return
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.filter(id=job.task_uuid, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path="wherry.django.jobs.errors.WorkerDied",
        traceback="",
    )
