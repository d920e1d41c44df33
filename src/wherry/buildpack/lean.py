"""What becomes of an installed TensorFlow: all of it, its two libraries, or nothing of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from wherry.buildpack import libraries
from wherry.buildpack.deleting import Removed, remove
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import TENSORFLOWS, Environment
from wherry.buildpack.needs import Servable
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.removal import leaving
from wherry.buildpack.usage import Usage
from wherry.libtensorflow import Stamp
from wherry.project.project import Project


class Fate(StrEnum):
    """What is to be done."""

    NONE = "none"
    KEEP = "keep"
    LIBRARIES = "libraries"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and why.

    Attributes:
        reasons: In sentences without their full stop.
        models: Models that run on the libraries.
    """

    fate: Fate
    reasons: tuple[str, ...]
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done."""

    decision: Decision
    removed: tuple[Removed, ...] = ()
    stamp: Stamp | None = None

    @property
    def libraries(self) -> bool:
        """Whether the slug has the two libraries by themselves."""
        return self.stamp is not None


def decide(
    asked: str, usage: Usage, servables: Sequence[Servable], environment: Environment
) -> Decision:
    """Decide from what the app imports and what its models run on.

    ``asked`` is the owner's own word: ``auto``, ``keep``, ``libraries`` or ``remove``.

    Raises:
        BuildFailed: the owner asks for what cannot be.
    """
    models = tuple(_on_tensorflow(servables, environment))
    here = bool(environment.tensorflows)
    if asked != "auto":
        return _as_asked(asked, models, here=here)
    if not here:
        if not models:
            return Decision(Fate.NONE, ("it is not installed, and no model runs on it",))
        return Decision(Fate.LIBRARIES, (_needing(models),), models)
    if usage.reasons:
        return Decision(Fate.KEEP, tuple(map(str, usage.reasons)), models)
    if usage.unread:
        return Decision(
            Fate.KEEP,
            tuple(f"{path} could not be read, so that nothing is proven" for path in usage.unread),
            models,
        )
    read = f"none of the app's {usage.files} Python files imports it"
    if models:
        return Decision(Fate.LIBRARIES, (read, _needing(models)), models)
    return Decision(Fate.REMOVE, (read, "no model runs on it"))


def _as_asked(asked: str, models: tuple[str, ...], *, here: bool) -> Decision:
    told = (f'pyproject.toml asks for it: tensorflow = "{asked}"',)
    if asked == "remove":
        if models:
            raise BuildFailed(
                f"pyproject.toml wants TensorFlow removed, and {', '.join(models)} runs on it. "
                'Write tensorflow = "libraries".'
            )
        return Decision(Fate.REMOVE if here else Fate.NONE, told)
    if asked == "libraries":
        return Decision(Fate.LIBRARIES, told, models)
    return Decision(Fate.KEEP if here else Fate.NONE, told, models)


def _on_tensorflow(servables: Sequence[Servable], environment: Environment) -> Iterator[str]:
    """Yield the models that Wherry would run on the libraries."""
    for item in servables:
        # A bare SavedModel is served by who has Wherry; without it nobody could load it so.
        if item.runtime == "tensorflow" and (item.bundled or "wherry" in environment.packages):
            yield item.path


def _needing(models: tuple[str, ...]) -> str:
    return f"{', '.join(models)} {'needs' if len(models) == 1 else 'need'} its two libraries"


def apply(
    decision: Decision,
    project: Project,
    environment: Environment,
    places: Places,
    accelerator: str,
    output: Output,
) -> Outcome:
    """Do it, and say what each package weighed.

    Raises:
        BuildFailed: the libraries cannot be had.
    """
    _tell(decision, output)
    if decision.fate in (Fate.NONE, Fate.KEEP):
        return Outcome(decision)
    stamp, moved_bytes = None, 0
    if decision.fate is Fate.LIBRARIES:
        stamp, moved_bytes = _libraries(environment, places, accelerator, output)
    going = leaving(project, environment) if environment.tensorflows else ()
    removed = [remove(package, environment) for package in going]
    if moved_bytes:
        holder = next(item for item in removed if item.name in TENSORFLOWS)
        removed.remove(holder)
        removed.append(replace(holder, size_bytes=holder.size_bytes + moved_bytes))
    _tell_removed(removed, stamp, output)
    return Outcome(decision, tuple(removed), stamp)


def _tell(decision: Decision, output: Output) -> None:
    says = {
        Fate.NONE: "TensorFlow: nothing to do",
        Fate.KEEP: "TensorFlow stays whole",
        Fate.LIBRARIES: "TensorFlow: only its two libraries stay",
        Fate.REMOVE: "TensorFlow leaves the slug",
    }
    if decision.fate is Fate.NONE:
        output.line(f"{says[decision.fate]} ({', '.join(decision.reasons)})")
        return
    output.line(f"{says[decision.fate]}:")
    for reason in decision.reasons:
        output.line(f"  {reason}")


def _libraries(
    environment: Environment, places: Places, accelerator: str, output: Output
) -> tuple[Stamp, int]:
    """Put the libraries into the slug; also the bytes that left the installed packages for it."""
    brought = libraries.present(places.build)
    if brought is not None:
        output.line(f"Libraries: {brought}, in .wherry/tensorflow already")
        return brought, 0
    package = libraries.holder(environment, accelerator)
    if package is not None:
        folder = places.site_packages / "tensorflow"
        stamp, moved_bytes = libraries.from_wheel(folder, package.version, places.build)
        output.line(f"Libraries: {stamp} stripped, from {package.key} to .wherry/tensorflow")
        return stamp, moved_bytes
    wheel = libraries.wheel_for(environment, accelerator)
    stamp, had = libraries.from_cache(places.cache, places.build, wheel)
    came = "from the cache" if had else "fetched"
    output.line(f"Libraries: {stamp} of {wheel.package}, {came} to .wherry/tensorflow")
    return stamp, 0


def _tell_removed(removed: Sequence[Removed], stamp: Stamp | None, output: Output) -> None:
    if not removed:
        return
    kept_bytes = 0 if stamp is None else sum(file.size_bytes for file in stamp.files.values())
    output.line("Removed from the installed packages:")
    width = max(len(f"{item.name} {item.version}") for item in removed)
    for item in sorted(removed, key=lambda item: -item.size_bytes):
        named = f"{item.name} {item.version}"
        output.line(f"  {named:<{width}}  {item.size_bytes / 1e6:>8,.1f} MB")
    total_bytes = sum(item.size_bytes for item in removed)
    kept = f", of which the libraries take {kept_bytes / 1e6:,.1f} MB again" if kept_bytes else ""
    output.line(f"  {'together':<{width}}  {total_bytes / 1e6:>8,.1f} MB{kept}")


def explain(decision: Decision, usage: Usage, project: Project) -> Iterator[str]:
    """Yield the proof, line by line: what was looked for, where, and what was found."""
    modules = ", ".join(sorted(usage.modules))
    yield f"Looked for imports of {modules} in {usage.files} Python files of the app:"
    for source in project.code.sources.all:
        found = [
            reason for reason in usage.reasons if reason.place.rpartition(":")[0] == source.path
        ]
        if not found:
            yield f"  {source.path}: none"
        for reason in found:
            yield f"  {reason}{_reach(reason.served)}"
    for reason in usage.reasons:
        if not reason.place.rpartition(":")[0].endswith(".py"):
            yield f"  {reason}"
    for path in usage.unread:
        yield f"  {path}: could not be read"
    yield f"Decided: {decision.fate}, since {'; '.join(decision.reasons)}."


def _reach(served: bool | None) -> str:
    if served is None:
        return ""
    if served:
        return " (the web process comes to it)"
    return " (no web process comes to it: .slugignore would keep the file out)"
