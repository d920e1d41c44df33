"""Django's tasks, which are a package of their own before Django 6.0."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.db import router

if TYPE_CHECKING or find_spec("django.tasks"):
    from django.tasks import task, task_backends
    from django.tasks.base import TaskResultStatus
    from django.tasks.exceptions import InvalidTaskBackend, TaskResultDoesNotExist
else:
    from django_tasks import task, task_backends
    from django_tasks.base import TaskResultStatus
    from django_tasks.exceptions import InvalidTaskBackendError as InvalidTaskBackend
    from django_tasks.exceptions import TaskResultDoesNotExist

__all__ = [
    "InvalidTaskBackend",
    "TaskResultDoesNotExist",
    "TaskResultStatus",
    "is_in_database",
    "shares_database",
    "task",
    "task_backends",
]


def is_in_database(alias: str) -> bool:
    """Whether a backend keeps its tasks in a database through Django's own connections."""
    if not find_spec("django_tasks_db"):
        return False
    from django_tasks_db import DatabaseBackend

    backend: Any = task_backends[alias]
    return isinstance(backend, DatabaseBackend)


def shares_database(alias: str) -> bool:
    """Whether that is the database that the jobs are in, so that one transaction has both."""
    if not is_in_database(alias):
        return False
    from django_tasks_db.models import DBTaskResult

    from wherry.django.jobs.models import Job

    return router.db_for_write(DBTaskResult) == router.db_for_write(Job)
