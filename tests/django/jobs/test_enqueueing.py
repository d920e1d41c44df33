"""Jobs from Python: what ``predict`` would have answered, later."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.django.jobs.conftest import ROW, fresh, make, work
from wherry.django import get_model
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.errors import JobFailed, JobNotFinished, JobNotFound, JobsFull
from wherry.django.jobs.models import Job
from wherry.django.jobs.recovery import recover
from wherry.errors import InvalidInput
from wherry.testing import fake_model

pytestmark = pytest.mark.usefixtures("served")


TASKS = "django.tasks" if find_spec("django.tasks") else "django_tasks"
IMMEDIATE = f"{TASKS}.backends.immediate.ImmediateBackend"


def upper(value: Any) -> Any:
    return np.asarray(value["rows"], np.float32)


def named(outputs: Any) -> Any:
    return {"first": float(outputs["y"].flat[0])}


def test_a_job_answers_as_predict_does() -> None:
    """Bit for bit, names and dtypes."""
    job = get_model("dense").enqueue(ROW)
    with pytest.raises(JobNotFinished, match="queued"):
        job.result()
    assert work() == 1
    expected = get_model("dense").predict(ROW)
    found = job.result()
    assert found.keys() == expected.keys()
    assert all(found[name].tobytes() == expected[name].tobytes() for name in expected)


def test_strings_are_kept() -> None:
    """An array of objects, which pickle would otherwise be for."""
    (name,) = (spec.name for spec in _signature("text").inputs)
    job = get_model("text").enqueue({name: np.array([b"a", "ü".encode()], object)})
    work()
    assert [value.tolist() for value in job.result().values()] == [[b"a", "ü".encode()]]


def test_hooks_are_applied_in_the_worker(served: dict[str, Any]) -> None:
    """What preprocess takes is kept as it came; what postprocess makes is the result."""
    hooks = {"PREPROCESS": upper, "POSTPROCESS": named}
    models = {**served["MODELS"], "dense": {**served["MODELS"]["dense"], **hooks}}
    with override_settings(WHERRY={**served, "MODELS": models}):
        job = get_model("dense").enqueue({"rows": ROW})
        work()
        assert job.result() == get_model("dense").predict({"rows": ROW})


def test_wrong_inputs_are_refused_at_once_by_a_model_in_memory() -> None:
    """Nothing is kept."""
    get_model("dense").load()
    with pytest.raises(InvalidInput, match="must be FP32"):
        get_model("dense").enqueue([[1.0]])
    assert not Job.objects.exists()


def test_wrong_inputs_fail_when_the_model_was_not_there() -> None:
    """With the sentence and the status that the endpoint would have answered."""
    job = get_model("dense").enqueue([[1.0]])
    work()
    with pytest.raises(JobFailed, match="must be FP32") as error:
        job.result()
    assert error.value.code == 400
    assert fresh(job).tries == 1


def test_too_many_are_refused(jobs: Callable[..., JobOptions]) -> None:
    """And leave nothing behind, a task neither."""
    jobs(MAX_QUEUED=1)
    get_model("dense").enqueue(ROW)
    with pytest.raises(JobsFull):
        get_model("dense").enqueue(ROW)
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (1, 1)


def test_a_transaction_that_is_rolled_back_leaves_nothing() -> None:
    """Neither the job nor its task."""
    with transaction.atomic():
        get_model("dense").enqueue(ROW)
        transaction.set_rollback(True)
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_a_task_that_comes_twice_does_its_job_once() -> None:
    """Backends promise at least once, not at most once."""
    with fake_model("dense", {"y": [[1.0, 2.0, 3.0]]}, signature=_signature("dense")) as fake:
        job = get_model("dense").enqueue(ROW)
        from wherry.django.jobs.tasks import run_job

        assert [run_job.func(str(job.id)) for _ in range(3)] == [
            "succeeded",
            "not to be done",
            "not to be done",
        ]
    assert len(fake.calls) == 1


def test_a_model_that_takes_no_work_now_puts_a_job_off() -> None:
    """It is done later, and the try does not count."""
    job = get_model("dense").enqueue(ROW)
    get_model("dense").load()
    get_model("dense").refusal = "The memory is nearly used up."
    work()
    found = fresh(job)
    assert (found.state, found.tries, found.worker) == ("running", 0, "")
    get_model("dense").refusal = None
    Job.objects.update(lease_until=timezone.now())
    assert recover(JobOptions()) == 1
    work()
    assert (fresh(job).state, fresh(job).tries) == ("succeeded", 1)


def test_a_backend_that_runs_tasks_at_once_does_the_job_at_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    """Django's own default, for development: the job is done when the site's transaction is."""
    immediate = {"default": {"BACKEND": IMMEDIATE}}
    with override_settings(TASKS=immediate), django_capture_on_commit_callbacks(execute=True):
        job = get_model("dense").enqueue(ROW)
        assert fresh(job).state == "queued"
    assert job.result().keys() == {"y"}


def test_a_failure_nobody_foresaw_is_an_answer(served: dict[str, Any]) -> None:
    """The client learns that it failed; the log learns why."""

    def broken(_: Any) -> Any:
        raise RuntimeError("secret details")

    models = {"dense": {**served["MODELS"]["dense"], "POSTPROCESS": broken}}
    with override_settings(WHERRY={**served, "MODELS": models}):
        job = get_model("dense").enqueue(ROW)
        work()
        with pytest.raises(JobFailed, match="its log says what") as error:
            job.result()
    assert error.value.code == 500


def test_an_answer_too_large_to_keep_fails(jobs: Callable[..., JobOptions]) -> None:
    """Rather than fill the database."""
    jobs(MAX_ANSWER_BYTES=10)
    job = get_model("dense").enqueue(ROW)
    work()
    with pytest.raises(JobFailed, match="MAX_ANSWER_BYTES"):
        job.result()


def test_a_result_that_has_expired_is_said_to_be_gone() -> None:
    """Instead of Django's own exception."""
    job = make()
    Job.objects.all().delete()
    with pytest.raises(JobNotFound, match="expired"):
        job.result()


def _signature(name: str) -> Any:
    get_model(name).load()
    return get_model(name).signature(None)
