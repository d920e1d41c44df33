"""Do one job in a worker: begin it, say now and then that it goes on, store what came out."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, close_old_connections, connections

from wherry.django.jobs import store
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.executing import NotNow, execute
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.owners import own_name
from wherry.django.jobs.store import Answer, Claim

logger = logging.getLogger("wherry.jobs")

# So often within a lease a worker says that it lives: two signs may get lost.
SIGNS_PER_LEASE: Final = 4
STORE_ATTEMPTS: Final = 4
STORE_PAUSE_S: Final = 0.2
# The exit code of a worker that ends because a run would not (sysexits.h, EX_SOFTWARE).
EXIT_OVERDUE: Final = 70
# Set where the process does nothing but jobs, and so may end itself when one does not end.
ALONE_VARIABLE: Final = "WHERRY_JOBS_WORKER"


def run(job_id: str) -> str:
    """Do the job if it is to be done; return the state that it ends in, or why it was not done."""
    options = job_options()
    claim = store.begin(job_id, own_name(), options)
    if claim is None:
        return "not to be done"
    with _signs_of_life(claim, options):
        try:
            answer = _execute(claim, options)
        except NotNow as error:
            logger.warning("The job %s is put off: %s", claim.job.id, error)
            store.put_off(claim, error.retry_after_s)
            return "put off"
        stored = _store(claim, answer, options)
    if not stored:
        return "not stored"
    logger.info(
        "The job %s for the model %r %s in try %d.",
        claim.job.id,
        claim.job.model,
        "failed" if answer.error else "succeeded",
        claim.tries,
    )
    return "failed" if answer.error else "succeeded"


def _execute(claim: Claim, options: JobOptions) -> Answer:
    try:
        return execute(claim.job, options)
    except NotNow:
        raise
    except Exception:
        logger.exception("The job %s for the model %r failed.", claim.job.id, claim.job.model)
        return Answer(
            error="Something went wrong in the worker that it did not foresee; its log says what.",
            code=500,
        )


def _store(claim: Claim, answer: Answer, options: JobOptions) -> bool:
    """Store the answer, in several attempts: it may have taken an hour to make."""
    for attempt in range(STORE_ATTEMPTS):
        try:
            return store.finish(claim, answer, options)
        except DatabaseError as error:
            logger.warning(
                "The result of the job %s could not be stored: %s",
                claim.job.id,
                str(error).strip(),
            )
            close_old_connections()
            time.sleep(STORE_PAUSE_S * 2**attempt)
    logger.error(
        "The result of the job %s is lost, since the database does not take it. The job is kept "
        "and done again in %g s; this try does not count.",
        claim.job.id,
        options.lease_s,
    )
    store.put_off(claim, options.lease_s)
    return False


@contextmanager
def _signs_of_life(claim: Claim, options: JobOptions) -> Iterator[None]:
    """Prolong the lease from a thread of its own, since the run may be one long native call."""
    done = threading.Event()
    thread = threading.Thread(
        target=_give_signs, args=(claim, options, done), name="wherry-job-lease", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _give_signs(claim: Claim, options: JobOptions, done: threading.Event) -> None:
    pause_s = options.lease_s / SIGNS_PER_LEASE
    signs_left = int(options.max_run_s / pause_s) + 1
    try:
        while not done.wait(pause_s):
            signs_left -= 1
            if signs_left <= 0:
                _give_up(claim, options)
                return
            try:
                store.prolong(claim, options.lease_s)
            except DatabaseError as error:
                logger.warning("The lease of the job %s: %s", claim.job.id, str(error).strip())
    finally:
        connections.close_all()


def _give_up(claim: Claim, options: JobOptions) -> None:
    sentence = (
        f"The job ran for more than {options.max_run_s:g} s (WHERRY['JOBS']['MAX_RUN_S']) and was "
        "given up."
    )
    try:
        store.finish(claim, Answer(error=sentence, code=504), options)
    except DatabaseError:
        logger.exception("The job %s could not be given up.", claim.job.id)
        return
    logger.error("%s: %s", claim.job.id, sentence)
    if os.environ.get(ALONE_VARIABLE) == str(os.getpid()):
        os._exit(EXIT_OVERDUE)
