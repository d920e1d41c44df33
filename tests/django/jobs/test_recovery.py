"""Jobs whose workers died: found, and done again once."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.django.jobs.conftest import ROW, fresh, make, work
from wherry.django import get_model
from wherry.django.jobs import recovery, store
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.models import Job, State
from wherry.django.jobs.owners import is_known_dead, name_of, own_name
from wherry.django.jobs.store import Answer, Claim

pytestmark = pytest.mark.usefixtures("served")

OPTIONS = JobOptions(tries=3)


def dead() -> str:
    """Return the name of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = name_of(process.pid)
    process.communicate()
    return name


def begun(job: Job, worker: str) -> Claim:
    """Begin a job as a worker does, that has taken its task before."""
    DBTaskResult.objects.get(id=fresh(job).task_id).claim(worker)
    claim = store.begin(str(job.id), worker, OPTIONS)
    assert claim is not None
    return claim


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(id=job.id).update(lease_until=timezone.now() - timedelta(seconds=1))


def tasks() -> list[str]:
    return sorted(DBTaskResult.objects.values_list("status", flat=True))


def test_a_process_is_known_to_be_dead_only_here() -> None:
    """Of those elsewhere, and of those that live, it is not known."""
    assert is_known_dead(dead())
    assert not is_known_dead(own_name())
    assert not is_known_dead(name_of(os.getppid()))
    place, _, rest = dead().partition(":")
    assert not is_known_dead(f"another{place}:{rest}")
    assert not any(map(is_known_dead, ("", "text", "a:b:c", f"{place}:x:y")))


def test_jobs_at_work_and_waiting_are_left_alone() -> None:
    """Nothing is done twice that goes its way."""
    waiting, running = get_model("dense").enqueue(ROW), get_model("dense").enqueue(ROW)
    elsewhere = get_model("dense").enqueue(ROW)
    begun(running, own_name())
    begun(elsewhere, "elsewhere:1:1")
    assert recovery.recover(OPTIONS) == 0
    assert [fresh(job).state for job in (waiting, running, elsewhere)] == [
        "queued",
        "running",
        "running",
    ]
    assert tasks() == ["READY", "RUNNING", "RUNNING"]


def test_the_job_of_a_dead_worker_is_queued_at_once_and_once() -> None:
    """Its old task is closed, one new one made, and the work is done."""
    job = get_model("dense").enqueue(ROW)
    begun(job, dead())
    assert recovery.recover(OPTIONS) == 1
    assert recovery.recover(OPTIONS) == 0
    assert tasks() == ["FAILED", "READY"]
    assert work() == 1
    assert fresh(job).tries == 2
    assert job.result().keys() == {"y"}
    assert recovery.recover(OPTIONS) == 0


def test_the_job_of_a_silent_worker_is_queued_when_its_lease_is_over() -> None:
    """And what that worker still brings is not taken."""
    job = get_model("dense").enqueue(ROW)
    claim = begun(job, "elsewhere:1:1")
    let_lease_run_out(job)
    assert recovery.recover(OPTIONS) == 1
    assert not store.finish(claim, Answer(b"late"), OPTIONS)
    work()
    assert job.result().keys() == {"y"}


def test_a_sign_of_life_keeps_the_job() -> None:
    """A long run is not begun again."""
    job = get_model("dense").enqueue(ROW)
    claim = begun(job, "elsewhere:1:1")
    let_lease_run_out(job)
    assert store.prolong(claim, 30)
    assert recovery.recover(OPTIONS) == 0


def test_two_that_recover_at_once_make_one_task() -> None:
    """Both have seen the same; the second finds that it has changed."""
    job = get_model("dense").enqueue(ROW)
    begun(job, dead())
    seen = fresh(job)
    assert recovery._again(seen, OPTIONS, fault=True)
    assert not recovery._again(seen, OPTIONS, fault=True)
    assert tasks() == ["FAILED", "READY"]


def test_a_poison_job_stops_after_its_tries() -> None:
    """With a sentence that says so; the client's input is not kept."""
    job = get_model("dense").enqueue(ROW)
    for _ in range(OPTIONS.tries):
        begun(job, dead())
        assert recovery.recover(OPTIONS) == 1
    assert recovery.recover(OPTIONS) == 0
    found = fresh(job)
    assert (found.state, found.tries, found.code) == ("failed", 3, 500)
    assert "died 3 times" in found.error
    assert bytes(found.request) == b""
    assert work() == 0


def test_a_task_that_died_with_its_worker_before_the_job_began() -> None:
    """The backend takes it for running for ever."""
    job = get_model("dense").enqueue(ROW)
    DBTaskResult.objects.get().claim(dead())
    assert recovery.recover(OPTIONS) == 1
    assert tasks() == ["FAILED", "READY"]
    assert fresh(job).state == State.QUEUED


def test_a_task_that_was_just_taken_is_given_time() -> None:
    """Between taking the task and beginning the job lies a moment."""
    get_model("dense").enqueue(ROW)
    DBTaskResult.objects.get().claim("elsewhere:1:1")
    assert recovery.recover(OPTIONS) == 0
    past = timezone.now() - timedelta(seconds=OPTIONS.lease_s + 1)
    DBTaskResult.objects.update(started_at=past)
    assert recovery.recover(OPTIONS) == 1


def test_a_job_without_a_task_gets_one() -> None:
    """Somebody has emptied the backend's table."""
    job = get_model("dense").enqueue(ROW)
    DBTaskResult.objects.all().delete()
    assert recovery.recover(OPTIONS) == 0
    Job.objects.update(queued_at=timezone.now() - timedelta(seconds=OPTIONS.lease_s + 1))
    assert recovery.recover(OPTIONS) == 1
    work()
    assert fresh(job).state == State.SUCCEEDED


def test_many_waiting_jobs_hide_none_that_is_lost() -> None:
    """However many wait before it."""
    lost = get_model("dense").enqueue(ROW)
    DBTaskResult.objects.get().claim(dead())
    Job.objects.filter(id=lost.id).update(queued_at=timezone.now() + timedelta(seconds=5))
    for _ in range(recovery.MOST_AT_ONCE + 5):
        get_model("dense").enqueue(ROW)
    assert recovery.recover(OPTIONS) == 1


def test_a_worker_told_to_stop_hands_its_job_back() -> None:
    """A restart each day must not use up tries."""
    job = get_model("dense").enqueue(ROW)
    begun(job, own_name())
    assert recovery.hand_back("another:1:1", OPTIONS) == 0
    assert recovery.hand_back(own_name(), OPTIONS) == 1
    found = fresh(job)
    assert (found.state, found.tries) == ("queued", 0)
    work()
    assert fresh(job).tries == 1


def test_cancelled_jobs_are_not_recovered() -> None:
    """Their task finds nothing to do."""
    job = get_model("dense").enqueue(ROW)
    begun(job, dead())
    store.cancel(str(job.id), OPTIONS)
    assert recovery.recover(OPTIONS) == 0


def test_old_tasks_are_removed_and_others_are_not(jobs: Callable[..., JobOptions]) -> None:
    """The backend's table belongs to the site."""
    options = jobs(EXPIRES_S=10)
    get_model("dense").enqueue(ROW)
    get_model("dense").enqueue(ROW)
    work()
    old, other = DBTaskResult.objects.all()
    past = timezone.now() - timedelta(seconds=11)
    DBTaskResult.objects.filter(id=old.id).update(finished_at=past)
    DBTaskResult.objects.filter(id=other.id).update(finished_at=past, task_path="site.tasks.mail")
    assert recovery.forget_tasks(options) == 1
    assert DBTaskResult.objects.get().id == other.id


def test_a_job_that_has_no_task_yet_is_given_time() -> None:
    """Where the backend is another database the task is made a moment later."""
    job = make()
    assert recovery.recover(OPTIONS) == 0
    assert fresh(job).state == State.QUEUED
