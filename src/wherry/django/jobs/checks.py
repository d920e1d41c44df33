"""System checks of the jobs."""

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from wherry.django.conf import read_conf
from wherry.django.jobs.conf import read_job_options
from wherry.django.jobs.framework import InvalidTaskBackend, is_in_database, task_backends
from wherry.errors import ConfigurationError

TAG = "wherry"

E005 = "WHERRY['JOBS'] names the task backend {!r}, which TASKS does not have."
E005_HINT = (
    "pip install 'wherry[jobs]', put 'django_tasks_db' into INSTALLED_APPS and write "
    "TASKS = {'default': {'BACKEND': 'django_tasks_db.DatabaseBackend'}}."
)
W003 = "The task backend {!r} keeps no tasks in a database, so that jobs may be lost or not done."


def check_jobs(**_: object) -> list[CheckMessage]:
    """E005: the backend is not there. W003: it does not outlive a restart."""
    try:
        alias = read_job_options(read_conf().jobs).backend
    except ConfigurationError:
        return []  # E001 has said so.
    try:
        if is_in_database(alias):
            return []
    except InvalidTaskBackend:
        return [Error(E005.format(alias), hint=E005_HINT, id="wherry.E005")]
    backend = type(task_backends[alias]).__name__
    return [CheckWarning(W003.format(backend), hint=E005_HINT, id="wherry.W003")]
