"""What a rehearsal is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.platforms.hosts import DEFAULT

STOPS: Final = ("push", "build", "boot", "load")
"""Where ``only`` ends a run; ``load`` begins with a finished slug and goes to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run is asked to do.

    Attributes:
        only: One of ``STOPS``; "" for the whole.
        slug: A finished slug to start from, in the place of push and build.
        working_tree: Whether the folder is taken as it is, not what git holds.
        config_vars: The app's own variables, of ``--env-file``.
        processes: The process types to run beside web.
        cpu: A share of one CPU for each dyno; None for all that the machine has.
        rate: Requests a second; None for a few of each kind, one after the other.
        seconds: How long requests are sent at the rate.
        find_limit: Whether the rate rises until something gives.
        requests: A file of requests; None to find them in the project.
        legacy_router: Whether the router is the one before Router 2.0.
        allow_remote: Whether services on other machines may be used.
        restart: Whether a restart is done under load.
        cache: Where builds are kept from run to run.
    """

    project: Path
    platform: str = DEFAULT
    app: str | None = None
    only: str = ""
    slug: Path | None = None
    working_tree: bool = False
    config_vars: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[str, ...] = ()
    cpu: float | None = None
    rate: float | None = None
    seconds: float | None = None
    find_limit: bool = False
    requests: Path | None = None
    legacy_router: bool = False
    allow_remote: bool = False
    restart: bool = True
    overlay: Mapping[str, float] = field(default_factory=dict)
    cache: Path | None = None
