"""What ``WHERRY["JOBS"]`` says. No database is needed to read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

_MIB: Final = 2**20
_DAY_S: Final = 24 * 3600.0
# Nobody means to wait for longer than a year.
_LONGEST_S: Final = 365 * _DAY_S


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How jobs are kept and done.

    Attributes:
        backend: The name in TASKS of the backend that keeps the tasks.
        queue: The queue of that backend.
        tries: How often a job may be begun; a worker that dies in the middle uses one up.
        lease_s: Seconds after which a worker that gives no sign is taken for dead.
        max_run_s: The longest that one run of a job may take.
        expires_s: Seconds that a job waits to be begun, and that its result is kept.
        max_input_bytes: The largest input of one job.
        max_answer_bytes: The largest result of one job.
        max_queued: Most jobs that wait; one more is refused.
        max_stored_bytes: Most bytes of inputs and results that are kept, of all jobs together.
    """

    backend: str = "default"
    queue: str = "default"
    tries: int = 3
    lease_s: float = 20.0
    max_run_s: float = 3600.0
    expires_s: float = _DAY_S
    max_input_bytes: int = 64 * _MIB
    max_answer_bytes: int = 64 * _MIB
    max_queued: int = 1000
    max_stored_bytes: int = 1024 * _MIB


_OPTIONS: Final = {option.name.upper(): option for option in fields(JobOptions)}


def read_job_options(value: Mapping[str, Any]) -> JobOptions:
    """Return the options of a setting that has no mistakes."""
    return JobOptions(**{_OPTIONS[key].name: option for key, option in value.items()})


def find_job_mistakes(value: object) -> Iterator[str]:
    """Yield a sentence for each thing in ``WHERRY["JOBS"]`` that is not usable."""
    here = "WHERRY['JOBS']"
    if not isinstance(value, dict):
        yield f"{here} must be a dict of options, not {type(value).__name__}."
        return
    for key in sorted(map(str, value.keys() - _OPTIONS.keys())):
        yield f"{here} has an unknown option {key!r}. The options are: {', '.join(_OPTIONS)}."
    for key in value.keys() & _OPTIONS.keys():
        mistake = _mistake(_OPTIONS[key].type, value[key])
        if mistake:
            yield f"{here}[{key!r}] must be {mistake}."


def _mistake(wanted: object, value: object) -> str | None:
    if wanted is str:
        return None if isinstance(value, str) and value else "a text"
    if wanted is int:
        usable = isinstance(value, int) and not isinstance(value, bool) and value > 0
        return None if usable else "a whole number above 0"
    # The comparison is false for NaN.
    usable = (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST_S
    )
    return None if usable else "a number of seconds above 0"
