"""What Heroku promises and enforces, as far as a server has to know it (read 2026-11-23).

The numbers stand in ``heroku.toml``; those that a served process needs are repeated here, since
reading the file would cost it ten milliseconds, and a test holds the two together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from wherry.errors import ConfigurationError

MIB: Final = 1024 * 1024

# Router 2.0 keeps a connection to a dyno for this long without a request; a server that closes
# it earlier races with the router's next request, which then fails as H13 or H18.
# Source: https://devcenter.heroku.com/articles/http-routing (2025-07-31).
ROUTER_IDLE_S: Final = 90

# The router wants the first byte of an answer so long after it has sent the whole request (H12).
# Source: https://devcenter.heroku.com/articles/request-timeout (2024-05).
ROUTER_TIMEOUT_S: Final = 30

# From SIGTERM, sent to every process of the dyno, to SIGKILL (R12).
# Source: https://devcenter.heroku.com/articles/error-codes.
SHUTDOWN_GRACE_S: Final = 30


# Set by the Python buildpack to min(2 * cores + 1, memory / 256 MB) unless the owner set it;
# WEB_CONCURRENCY_SET_BY then tells that it was the buildpack (since v332, January 2026).
# Source: heroku/heroku-buildpack-python, vendor/WEB_CONCURRENCY.sh.
BUILDPACK: Final = "heroku/python"
# What Wherry's own buildpack writes there, for servers that measure nothing themselves.
OWN_BUILDPACK: Final = "wherry"

# Shared dynos see all 8 CPUs of their host and no quota, but are promised one share for each
# 512 MB and may burst to four.
# Source: https://devcenter.heroku.com/articles/dyno-types (2024-06), "1x-4x compute".
SHARED_DYNO_MAX_BYTES: Final = 1024 * MIB
SHARED_DYNO_BYTES_PER_SHARE: Final = 512 * MIB

PREFIX: Final = "heroku:"
GIB: Final = 1024 * MIB


@dataclass(frozen=True, slots=True)
class DynoType:
    """What a dyno of one type gives its processes.

    Attributes:
        name: As ``heroku ps:type`` takes it.
        memory_bytes: The quota; over it R14 is logged, or the dyno restarted where it cannot swap.
        kill_ratio: At so many times the quota the dyno is restarted (R15).
        visible_cpus: CPUs' worth that its processes see or are held to.
        shared: Whether other dynos have a claim to the same CPUs.
    """

    name: str
    memory_bytes: int
    kill_ratio: float
    visible_cpus: float
    shared: bool = False

    @property
    def cpus(self) -> float:
        """The CPUs that a server counts on; ``limits.read_limits`` finds the same number."""
        if not self.shared:
            return self.visible_cpus
        return min(self.visible_cpus, shared_cpus(self.memory_bytes))


def shared_cpus(memory_bytes: int) -> float:
    """Half of what a shared dyno may burst to: a guess between its share and its best hour."""
    return 2.0 * max(1, memory_bytes // SHARED_DYNO_BYTES_PER_SHARE)


class _DynoTypes(Mapping[str, DynoType]):
    """Every size of ``heroku.toml``, read when first asked for: serving needs none of them."""

    def __getitem__(self, name: str) -> DynoType:
        return _dyno_types()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_dyno_types())

    def __len__(self) -> int:
        return len(_dyno_types())


@cache
def _dyno_types() -> dict[str, DynoType]:
    from wherry.platforms import hosts

    return {
        target.size.name: DynoType(
            name=target.size.name,
            memory_bytes=target.memory_bytes or 0,
            kill_ratio=target.number("kill_ratio") or 1.0,
            visible_cpus=target.visible_cpus or 1.0,
            shared=target.fact("shared").value is True,
        )
        for target in hosts.targets()
        if target.platform.name == "heroku"
    }


DYNO_TYPES: Final[Mapping[str, DynoType]] = _DynoTypes()
DEFAULT_DYNO: Final = "heroku:eco"


def dyno_type(name: str) -> DynoType:
    """Return the dyno type of that name, with or without ``heroku:`` before it.

    Raises:
        ConfigurationError: there is none; the sentence lists them.
    """
    try:
        return DYNO_TYPES[name.lower().removeprefix(PREFIX)]
    except KeyError:
        known = ", ".join(DYNO_TYPES)
        raise ConfigurationError(
            f"There is no dyno type {name!r} here; the types are: {known}."
        ) from None
