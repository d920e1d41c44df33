"""What can go wrong with jobs, as sentences."""

from wherry.errors import WherryError


class JobNotFound(WherryError):
    """There is no such job; results are forgotten some time after they were made."""


class JobNotFinished(WherryError):
    """The job waits for a worker, or runs."""


class JobFailed(WherryError):
    """The job ended without a result."""

    def __init__(self, message: str = "", *, code: int = 500) -> None:
        super().__init__(message)
        self.code = code


class JobsFull(WherryError):
    """No more jobs are taken for now."""


class JobStoreFailed(WherryError):
    """The job could not be kept, since the database did not take it; nothing was begun."""


class WorkerDied(WherryError):
    """The worker that had this task died in the middle; the job was given to another."""
