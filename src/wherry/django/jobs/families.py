"""How many jobs there are, as a metric family."""

import logging

from django.db import DatabaseError
from django.db.models import Count

from wherry.django.jobs.models import Job
from wherry.serving.exposition import Family, Sample

logger = logging.getLogger("wherry.jobs")


def job_families() -> list[Family]:
    """Count the jobs that are kept, by model and state; nothing where the database is away."""
    try:
        counted = list(
            Job.objects.values_list("model", "state")
            .annotate(Count("id"))
            .order_by("model", "state")
        )
    except DatabaseError as error:
        logger.warning("The jobs cannot be counted: %s", str(error).strip())
        return []
    samples = (
        Sample("", {"model": model, "state": state}, float(count))
        for model, state, count in counted
    )
    return [Family("wherry_jobs", "gauge", "Jobs that are kept, by state.", tuple(samples))]
