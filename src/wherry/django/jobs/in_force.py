"""The options of the jobs as the settings say them now."""

from wherry.django import registry
from wherry.django.jobs.conf import JobOptions, read_job_options


def job_options() -> JobOptions:
    """Return the options that are in force.

    Raises:
        ConfigurationError: ``WHERRY`` is not usable.
    """
    return read_job_options(registry.conf().jobs)
