"""The limits that a rehearsal holds a project to: the platform's own, unless a run sets others."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from wherry.errors import ConfigurationError
from wherry.platforms.facts import Value
from wherry.platforms.hosts import MIB, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform allows; None where it has no such rule, or none is known.

    Attributes:
        platform: The host and its size: ``heroku:basic``.
        memory_bytes: The quota of one dyno.
        kill_bytes: Where it is killed: the quota times the size's multiple.
        swap: Whether it may swap between the two.
        logs_r14: Whether passing the quota is told in the log.
        memory_sample_s: How often it is told.
        filesystem: ``ephemeral``, or ``in memory`` where files count as memory.
        disk_bytes: What a dyno may write.
        visible_cpus: The CPUs that its processes see.
        shared: Whether other dynos have a claim to the same CPUs.
        max_processes: Processes and threads together.
        boot_timeout_s: From launch to a bound port.
        boot_queue_s: So long a request waits for a dyno that starts.
        request_timeout_s: To the first byte of an answer.
        idle_timeout_s: Between two bytes after the first.
        connect_timeout_s: Of one try to reach a dyno.
        quarantine_s: So long a dyno is left alone that refused a connection.
        router_idle_s: How long the router keeps an idle connection to a dyno.
        queued_requests_per_dyno: More than these are turned away.
        shutdown_signal: What ends a dyno first.
        shutdown_grace_s: From that signal to SIGKILL.
        restart_after_s: The age at which a dyno is started anew.
        sleep_after_s: Without traffic for so long, it sleeps.
        port: The port that a web process is given; None for a random one.
        log_buffer_lines: Lines that wait to be carried away; more are dropped.
    """

    platform: str
    memory_bytes: int | None = None
    kill_bytes: int | None = None
    swap: bool = False
    logs_r14: bool = False
    memory_sample_s: float | None = None
    filesystem: str = "ephemeral"
    disk_bytes: int | None = None
    visible_cpus: float | None = None
    shared: bool = False
    max_processes: int | None = None
    max_open_files: int | None = None
    boot_timeout_s: float | None = None
    boot_queue_s: float | None = None
    request_timeout_s: float | None = None
    idle_timeout_s: float | None = None
    connect_timeout_s: float | None = None
    connect_attempts: int | None = None
    quarantine_s: float | None = None
    router_idle_s: float | None = None
    queued_requests_per_dyno: int | None = None
    shutdown_signal: str = "SIGTERM"
    shutdown_grace_s: float | None = None
    restart_after_s: float | None = None
    sleep_after_s: float | None = None
    release_timeout_s: float | None = None
    build_timeout_s: float | None = None
    build_memory_bytes: int | None = None
    source_limit_bytes: int | None = None
    slug_limit_bytes: int | None = None
    slug_soft_limit_bytes: int | None = None
    port: int | None = None
    header_line_bytes: int | None = None
    header_name_bytes: int | None = None
    header_count: int | None = None
    request_line_bytes: int | None = None
    method_bytes: int | None = None
    response_header_bytes: int | None = None
    response_buffer_bytes: int | None = None
    cookie_bytes: int | None = None
    status_line_bytes: int | None = None
    log_line_bytes: int | None = None
    log_buffer_lines: int | None = None

    @property
    def family(self) -> str:
        """The host without its size: ``heroku``."""
        return self.platform.partition(":")[0]


# What the data calls otherwise, or says in MiB.
_NAMES: Final = {"build_memory_bytes": "build_memory_mib", "disk_bytes": "ephemeral_disk_bytes"}
_MOST: Final = 1e15
_DERIVED: Final = frozenset(("platform", "memory_bytes", "kill_bytes"))


def limits_of(target: Target, overlay: Mapping[str, float] | None = None) -> Limits:
    """Return what the platform allows, with a run's own numbers in the place of some.

    Raises:
        ConfigurationError: the overlay names what is no limit.
    """
    known = _kinds()
    values: dict[str, Any] = {
        "platform": target.name,
        "memory_bytes": target.memory_bytes,
        "kill_bytes": target.kill_bytes,
    }
    for name in known.keys() - _DERIVED:
        said = _NAMES.get(name, name)
        fact = target.find(said)
        value = None if fact is None else _fitting(known[name], fact.value)
        if value is not None:
            values[name] = value * MIB if said.endswith("_mib") else value
    if not target.find("sleeps") or target.fact("sleeps").value is False:
        values.pop("sleep_after_s", None)
    for name, number in (overlay or {}).items():
        if name not in known or known[name] is str:
            raise ConfigurationError(
                f"There is no limit {name!r} to set; the limits are: {', '.join(settable())}."
            )
        values[name] = known[name](number)
    return Limits(**values)


def parse_overlay(text: str) -> dict[str, float]:
    """Read ``boot_timeout_s=5,request_timeout_s=2``.

    Raises:
        ConfigurationError: a part of it is no name with a number.
    """
    numbers = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        number = _number(value)
        if number is None:
            raise ConfigurationError(
                f"{part!r} is no limit with a number; write it as boot_timeout_s=5."
            )
        numbers[name.strip()] = number
    return numbers


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < _MOST else None


def settable() -> tuple[str, ...]:
    """Return the names of the limits that a run may set."""
    return tuple(name for name, kind in _kinds().items() if kind is not str)


def _kinds() -> dict[str, type]:
    """Return what each limit is: a number, a whole number, yes or no, or a word."""
    hints = get_type_hints(Limits)
    return {
        field.name: next(
            kind for kind in (bool, int, float, str) if _holds(hints[field.name], kind)
        )
        for field in dataclasses.fields(Limits)
    }


def _holds(hint: object, kind: type) -> bool:
    return hint is kind or kind in getattr(hint, "__args__", ())


def _fitting(kind: type, value: Value) -> Value | None:
    """Return a fact's value where it is of that kind: a limit may be "none: an OCI image"."""
    if kind is bool or kind is str:
        return value if isinstance(value, kind) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if kind is int else float(value)
