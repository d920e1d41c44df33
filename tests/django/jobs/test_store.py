"""Each step of a job's life happens once, and not at the wrong moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from tests.django.jobs.conftest import fresh, make
from wherry.django.jobs import running, store
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.errors import JobsFull
from wherry.django.jobs.models import Job, State
from wherry.django.jobs.store import Answer, Claim

OPTIONS = JobOptions()


def begun(job: Job, worker: str = "a") -> Claim:
    claim = store.begin(str(job.id), worker, OPTIONS)
    assert claim is not None
    return claim


def test_a_job_is_begun_once() -> None:
    """The second worker finds nothing to do."""
    job = make(request=b"input")
    claim = begun(job)
    assert (claim.tries, claim.worker, bytes(claim.job.request)) == (1, "a", b"input")
    assert store.begin(str(job.id), "b", OPTIONS) is None
    assert fresh(job).worker == "a"


@pytest.mark.parametrize("state", [State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED])
def test_only_a_waiting_job_is_begun(state: State) -> None:
    """Whatever the backend's task says."""
    assert store.begin(str(make(state=state).id), "a", OPTIONS) is None


def test_an_expired_job_is_not_begun() -> None:
    """Nobody waits for it any more."""
    job = make(expires_at=timezone.now() - timedelta(seconds=1))
    assert store.begin(str(job.id), "a", OPTIONS) is None


def test_a_job_that_is_gone_is_not_begun() -> None:
    """A task may outlive it."""
    job = make()
    job.delete()
    assert store.begin("00000000-0000-0000-0000-000000000000", "a", OPTIONS) is None


def test_a_result_is_stored_once_and_the_input_is_forgotten() -> None:
    """The same worker cannot finish it twice."""
    job = make(request=b"input", stored_bytes=5)
    claim = begun(job)
    assert store.finish(claim, Answer(b"output", {"form": "bytes"}), OPTIONS)
    assert not store.finish(claim, Answer(b"other", {"form": "bytes"}), OPTIONS)
    found = fresh(job)
    assert (found.state, bytes(found.answer), bytes(found.request)) == ("succeeded", b"output", b"")
    assert (found.stored_bytes, found.lease_until) == (6, None)
    assert found.result() == b"output"


def test_a_worker_that_comes_late_changes_nothing() -> None:
    """Its lease was over, another has begun the job since."""
    job = make()
    late = begun(job, "a")
    Job.objects.filter(id=job.id).update(state=State.QUEUED, worker="")
    claim = begun(job, "b")
    assert not store.prolong(late, 10)
    assert not store.finish(late, Answer(b"late"), OPTIONS)
    assert store.finish(claim, Answer(b"right"), OPTIONS)
    assert bytes(fresh(job).answer) == b"right"


def test_the_same_worker_cannot_finish_an_earlier_try() -> None:
    """A thread of it may still be at the try before."""
    job = make()
    late = begun(job, "a")
    Job.objects.filter(id=job.id).update(state=State.QUEUED, worker="")
    begun(job, "a")
    assert not store.finish(late, Answer(b"late"), OPTIONS)


def test_a_cancelled_job_stays_cancelled() -> None:
    """What a run still answers is thrown away."""
    waiting, running, done = make(request=b"x", stored_bytes=1), make(), make(state=State.SUCCEEDED)
    claim = begun(running)
    assert store.cancel(str(waiting.id), OPTIONS)
    assert store.cancel(str(running.id), OPTIONS)
    assert not store.cancel(str(done.id), OPTIONS)
    assert not store.finish(claim, Answer(b"late"), OPTIONS)
    assert [fresh(job).state for job in (waiting, running, done)] == [
        "cancelled",
        "cancelled",
        "succeeded",
    ]
    assert fresh(waiting).stored_bytes == 0


def test_a_try_that_was_put_off_does_not_count() -> None:
    """The database, not the job, was at fault."""
    job = make()
    store.put_off(begun(job), 5)
    found = fresh(job)
    assert (found.state, found.tries, found.worker) == ("running", 0, "")


def test_results_are_forgotten_in_time() -> None:
    """But not what a living worker has."""
    past, now = timezone.now() - timedelta(seconds=1), timezone.now()
    make(state=State.SUCCEEDED, expires_at=past)
    make(expires_at=past)
    at_work = make(state=State.RUNNING, expires_at=past, lease_until=now + timedelta(seconds=30))
    new = make(state=State.SUCCEEDED)
    assert store.forget_expired() == 2
    left = set(Job.objects.values_list("id", flat=True))
    assert left == {at_work.id, new.id}


def test_there_is_room_for_so_many_jobs_and_bytes(jobs: Callable[..., JobOptions]) -> None:
    """One more is refused, with the numbers and the setting."""
    options = jobs(MAX_QUEUED=2, MAX_STORED_BYTES=100)
    make(stored_bytes=40)
    make(state=State.SUCCEEDED, stored_bytes=40)
    store.check_room(options, 20)
    with pytest.raises(JobsFull, match=r"80 bytes.*100.*MAX_STORED_BYTES"):
        store.check_room(options, 21)
    make()
    with pytest.raises(JobsFull, match=r"2 jobs wait.*MAX_QUEUED"):
        store.check_room(options, 0)


@pytest.mark.django_db(transaction=True)
def test_a_result_that_the_database_does_not_take_is_not_the_jobs_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is tried again at once, then later by doing the job again; the try does not count."""
    monkeypatch.setattr(running, "STORE_PAUSE_S", 0.0)
    refused = []

    def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and '"answer"' in sql:
            refused.append(sql)
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    job = make()
    claim = begun(job)
    with connection.execute_wrapper(full):
        assert not running._store(claim, Answer(b"output"), OPTIONS)
    found = fresh(job)
    assert (found.state, found.tries, found.worker) == ("running", 0, "")
    assert len(refused) == running.STORE_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_a_database_that_comes_back_gets_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which may have taken an hour to make."""
    monkeypatch.setattr(running, "STORE_PAUSE_S", 0.0)
    failures = iter([True, True])

    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and next(failures, False):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    job = make()
    claim = begun(job)
    with connection.execute_wrapper(away):
        assert running._store(claim, Answer(b"output", {"form": "bytes"}), OPTIONS)
    assert fresh(job).result() == b"output"
