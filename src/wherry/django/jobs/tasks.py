"""What the backend's worker calls."""

from wherry.django.jobs.framework import task


@task
def run_job(job_id: str) -> str:
    """Do a job, if it is still to be done; return what became of it.

    The row of the job, not this return value, holds the result.
    """
    from wherry.django.jobs.running import run

    return run(job_id)
