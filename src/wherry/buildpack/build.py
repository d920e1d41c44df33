"""``build``: the whole build step, from the checks to the slug's size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.buildpack import accelerating, lean, libraries, models, profile
from wherry.buildpack.accelerating import Acceleration
from wherry.buildpack.budget import Budget, weigh
from wherry.buildpack.checkout import checkout
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import Environment, read_environment
from wherry.buildpack.lean import Fate, Outcome
from wherry.buildpack.measuring import Measured, measure
from wherry.buildpack.models import Makers, Placed
from wherry.buildpack.needs import Servable, read_servables
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.sparing import spare
from wherry.buildpack.usage import read_usage
from wherry.buildpack.wanted import Wanted, read_wanted
from wherry.buildrules import slug_size
from wherry.buildrules.refusal import Refusal
from wherry.platforms.heroku import MIB
from wherry.platforms.hosts import Target
from wherry.project.project import Project, read_project

MENDED: Final = (
    "slug-too-large",
    "full-tensorflow-not-cpu",
    "gpu-tensorflow-on-cpu-dyno",
)
"""Causes that this build mends or measures itself, so that nobody need be told beforehand."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What who calls brings along: rooms that do not know of this one.

    Attributes:
        check: Looks at the app's own files for what blocks a deploy, and says it; the last argument
            is whether the packages are installed already.
        target: Where the app is to run.
    """

    check: Callable[[Path, Wanted, Output, bool], None]
    makers: Makers
    target: Target


def build(places: Places, lent: Lent, output: Output, *, explain: bool = False) -> None:
    """Do all of it in the build folder; what it prints says what was done.

    Raises:
        BuildFailed: the app cannot be deployed so; the sentence says what to do.
    """
    wanted = read_wanted(places.build)
    with checkout(places.build) as sources:
        lent.check(sources, wanted, output, True)
    acceleration = accelerating.plan(wanted, lent.target, output)
    environment = read_environment(places.site_packages)

    def provide() -> None:
        libraries.provide(environment, places.cache, acceleration.accelerator)

    placed = models.place(wanted, places, lent.makers, provide, output)
    with checkout(places.build) as sources:
        project = read_project(sources)
        outcome = _lean(
            project, wanted, environment, places, acceleration.accelerator, output, explain=explain
        )
        if wanted.lean and acceleration.accelerator == "cpu" and "wherry" in environment.packages:
            spare(project, read_environment(places.site_packages), output)
        server = project.server(lent.target.platform.name)
        servables = _served(sources, environment, placed)
        modules = _modules(project)
    environment = read_environment(places.site_packages)
    version = "" if outcome.stamp is None else outcome.stamp.version
    accelerated = accelerating.install(
        acceleration, environment, version, servables, places, output
    )
    kind = "" if server is None else server.kind
    measured = _measure(servables, places, environment, kind, modules, output)
    _write_profile(outcome, servables, measured, accelerated, places, output)
    _tell_budget(weigh(places.build), lent.target, output)


def check(places: Places, lent: Lent, output: Output) -> None:
    """Do only what needs no Python of the app's: look at its files before they are installed for.

    Raises:
        BuildFailed: something in them keeps the app from running.
    """
    wanted = read_wanted(places.build)
    with checkout(places.build) as sources:
        lent.check(sources, wanted, output, False)
    output.line("The app's Python is not here yet: put this buildpack after the Python buildpack")
    output.line("as well, for all but the checks.")


def _lean(
    project: Project,
    wanted: Wanted,
    environment: Environment,
    places: Places,
    accelerator: str,
    output: Output,
    *,
    explain: bool,
) -> Outcome:
    usage = read_usage(project, environment)
    servables = read_servables(project.root)
    decision = lean.decide(wanted.tensorflow, usage, servables, environment)
    if explain:
        for line in lean.explain(decision, usage, project):
            output.line(line)
    return lean.apply(decision, project, environment, places, accelerator, output)


def _served(
    sources: Path, environment: Environment, placed: Sequence[Placed]
) -> tuple[Servable, ...]:
    """Return the models that the app is likely to serve with Wherry: its bundles.

    A bare file beside them may be one that a bundle was made of.
    """
    if "wherry" not in environment.packages:
        return ()
    asked = {item.path for item in placed}
    found = [item for item in read_servables(sources) if item.bundled]
    return tuple(sorted(found, key=lambda item: (item.path not in asked, item.path)))


def _modules(project: Project) -> frozenset[str]:
    """Return the top-level modules that a web process imports at its start."""
    code = project.code
    return frozenset(
        item.root
        for item in code.imports
        if item.path in code.imported and item.top_level and not (item.local or item.type_checking)
    )


def _measure(
    servables: Sequence[Servable],
    places: Places,
    environment: Environment,
    server: str,
    modules: frozenset[str],
    output: Output,
) -> Measured | None:
    if not servables:
        return None
    measured = measure([item.path for item in servables], places, environment, server, modules)
    if measured is None:
        output.caution(
            "What the models need in memory could not be measured; workers stay as they are."
        )
        return None
    if measured.failed:
        path, reason = measured.failed[0]
        name = Path(path).relative_to(places.build).as_posix()
        raise BuildFailed(f"{name} cannot be served by what the app installs: {reason}")
    several = len(servables) > 1
    output.line(
        f"Memory: {f'{len(servables)} models hold' if several else 'the model holds'} "
        f"{measured.models_bytes / MIB:.0f} MiB with what runs {'them' if several else 'it'}"
        f"{' (cached)' if measured.cached else ''}, a worker {measured.worker_bytes / MIB:.0f} MiB"
    )
    return measured


def _write_profile(
    outcome: Outcome,
    servables: Sequence[Servable],
    measured: Measured | None,
    acceleration: Acceleration,
    places: Places,
    output: Output,
) -> None:
    defaults = profile.Defaults(
        worker_bytes=None if measured is None else measured.worker_bytes,
        single=any(item.runtime == "tensorflow" for item in servables),
        libraries=outcome.libraries,
        python_tensorflow=outcome.decision.fate is Fate.KEEP,
        accelerator=acceleration.accelerator,
        loader_folders=acceleration.loader_folders,
        cuda=acceleration.cuda,
        app=places.app,
    )
    path = places.build / profile.PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(profile.profile(defaults), "utf-8")
    output.line(f"Wrote {profile.PATH}: threads, memory arenas, devices, workers")


def _tell_budget(budget: Budget, target: Target, output: Output) -> None:
    shown = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in budget.largest)
    output.line(
        f"Slug: about {budget.packed_bytes / 1e6:,.0f} MB compressed (estimated from blocks of "
        f"{budget.files:,} files, {budget.raw_bytes / 1e6:,.0f} MB)"
    )
    output.line(f"  largest: {shown}")
    limit, soft = (target.number(f"slug_{name}limit_bytes") for name in ("", "soft_"))
    said = slug_size.judge(budget.packed_bytes, _whole(limit), _whole(soft))
    if isinstance(said, Refusal):
        raise BuildFailed(
            f"The slug would be about {budget.packed_bytes / 1e6:,.0f} MB, and {target.name} takes "
            f"{(limit or 0) / 1e6:,.0f} MB. The largest parts: {shown}."
        )
    if said is not None:
        output.caution(
            f"The slug exceeds the soft limit of {(soft or 0) / 1e6:,.0f} MB, which makes starts "
            "slow."
        )


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
