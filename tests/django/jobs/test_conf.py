"""``WHERRY["JOBS"]`` and its check."""

from importlib.util import find_spec

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from wherry.django.conf import find_mistakes
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.worker import work
from wherry.errors import ConfigurationError

TASKS = "django.tasks" if find_spec("django.tasks") else "django_tasks"


@pytest.mark.parametrize(
    ("jobs", "mistake"),
    [
        ([], "must be a dict of options, not list"),
        ({"TRIES": 0}, "['TRIES'] must be a whole number above 0"),
        ({"TRIES": 1.5}, "['TRIES'] must be a whole number above 0"),
        ({"TRIES": True}, "['TRIES'] must be a whole number above 0"),
        ({"LEASE_S": -1}, "['LEASE_S'] must be a number of seconds above 0"),
        ({"LEASE_S": float("nan")}, "['LEASE_S'] must be a number of seconds above 0"),
        ({"EXPIRES_S": float("inf")}, "['EXPIRES_S'] must be a number of seconds above 0"),
        ({"BACKEND": ""}, "['BACKEND'] must be a text"),
        ({"MAX_TRIES": 3}, "unknown option 'MAX_TRIES'"),
    ],
)
def test_mistakes_are_said(jobs: object, mistake: str) -> None:
    """Each with what would do."""
    (found,) = find_mistakes({"JOBS": jobs})
    assert mistake in found


def test_options_are_read() -> None:
    """Those that are not given keep their defaults."""
    with override_settings(WHERRY={"JOBS": {"TRIES": 5, "LEASE_S": 1}}):
        assert job_options() == JobOptions(tries=5, lease_s=1)
    assert job_options() == JobOptions()


def test_a_database_backend_is_silent() -> None:
    """Nothing to say about a setting that holds."""
    assert not [m for m in run_checks(tags=["wherry"]) if m.id in ("wherry.E005", "wherry.W003")]


@override_settings(TASKS={"default": {"BACKEND": f"{TASKS}.backends.dummy.DummyBackend"}})
def test_a_backend_that_forgets_is_a_warning() -> None:
    """Tasks in memory are gone with the dyno."""
    assert "wherry.W003" in [message.id for message in run_checks(tags=["wherry"])]


def test_a_backend_that_is_not_there_is_an_error() -> None:
    """With what to install and to write."""
    with override_settings(WHERRY={"MODELS": {}, "JOBS": {"BACKEND": "nowhere"}}):
        (found,) = [m for m in run_checks(tags=["wherry"]) if m.id == "wherry.E005"]
    assert "'nowhere'" in found.msg
    assert "django_tasks_db.DatabaseBackend" in str(found.hint)


def test_a_worker_for_another_backend_says_whose_worker_to_start() -> None:
    """It would find nothing to do for ever."""
    dummy = {"default": {"BACKEND": f"{TASKS}.backends.dummy.DummyBackend"}}
    with override_settings(TASKS=dummy), pytest.raises(ConfigurationError, match="own worker"):
        work(JobOptions(), interval_s=1)
