"""``manage.py wherry worker``: do the jobs that others have enqueued."""

import sys
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core import checks

from wherry.errors import ConfigurationError

# Seconds between two looks for work when there was none; each look is a query.
INTERVAL_S = 0.5


def add_verb(verbs: Any) -> None:
    """Declare the verb."""
    worker = verbs.add_parser("worker", help="do jobs until told to stop (for the Procfile)")
    worker.add_argument(
        "--interval",
        type=_seconds,
        default=INTERVAL_S,
        metavar="S",
        help="seconds between two looks for work when there was none (default: %(default)s)",
    )


def work(say: Callable[[str], object], *, interval_s: float) -> None:
    """Do jobs until told to stop; ends the process.

    Raises:
        ConfigurationError: jobs cannot be done with these settings; every error, one a line.
    """
    if not apps.is_installed("wherry.django.jobs"):
        raise ConfigurationError(
            "Jobs need 'wherry.django.jobs' in INSTALLED_APPS: see docs/jobs.md."
        )
    found = [message for message in checks.run_checks(tags=["wherry"]) if not message.is_silenced()]
    errors = [message for message in found if message.is_serious()]
    if errors:
        raise ConfigurationError("\n".join(str(message) for message in errors))
    for message in found:
        say(str(message))
    from wherry.django.jobs import worker
    from wherry.django.jobs.in_force import job_options

    sys.exit(worker.work(job_options(), interval_s=interval_s))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError(text)
    return seconds
