"""The project's requirements, as ``dependencies`` takes them, and what the index makes of them."""

from collections.abc import Iterable

from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Resolution
from wherry.doctor.rule import Context
from wherry.platforms.hosts import Target
from wherry.project.project import Project
from wherry.project.requirements.requirement import Locked, Requirement

_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url")


def resolve(context: Context) -> Resolution | None:
    """Return what the host would install; None where nothing is asked for, or no Python is known.

    Conda's lists are of other packages on another index, and are not looked at.
    """
    # A tenth of a second, which --offline need not spend.
    from wherry.dependencies import resolving

    requirements = context.project.requirements
    lines = requirement_lines(context.project)
    if context.python is None or not lines or requirements.manager == "conda":
        return None
    return resolving.resolve(
        lines,
        context.python,
        pythons=offered_pythons(context.target),
        constraints=_lines(requirements.constraints),
        index_urls=[
            option.value for option in requirements.options if option.name in _INDEX_OPTIONS
        ],
        locked=requirements.lock is not None,
    )


def requirement_lines(project: Project) -> tuple[RequirementLine, ...]:
    """Return what the host installs: what a lock file settles, or else what is asked for."""
    lock = project.requirements.lock
    if lock is None:
        return _lines(project.requirements.declared)
    return tuple(_locked(package) for package in lock.packages if _is_installed(package))


def offered_pythons(target: Target) -> tuple[tuple[int, int], ...]:
    """Return the Pythons that a host builds, oldest first; empty where it takes any."""
    fact = target.find("pythons")
    if fact is None or not isinstance(fact.value, tuple):
        return ()
    parts = (version.split(".") for version in fact.value)
    return tuple(sorted((int(part[0]), int(part[1])) for part in parts))


def _lines(requirements: Iterable[Requirement]) -> tuple[RequirementLine, ...]:
    return tuple(_line(requirement) for requirement in requirements if requirement.name)


def _line(requirement: Requirement) -> RequirementLine:
    return RequirementLine(
        name=requirement.written_name or requirement.name,
        specifier=requirement.specifier,
        file=requirement.file,
        line=requirement.line,
        extras=requirement.extras,
        marker=requirement.marker,
        url=requirement.url or requirement.local,
        raw=requirement.raw,
        hashes=bool(requirement.hashes),
    )


def _is_installed(package: Locked) -> bool:
    """Whether the host installs it: not the project itself, nor what only development needs."""
    if package.source in ("virtual", "path"):
        return False
    return not package.groups or "main" in package.groups


def _locked(package: Locked) -> RequirementLine:
    return RequirementLine(
        name=package.name,
        specifier=f"=={package.version}",
        file=package.file,
        line=package.line,
        marker=package.marker,
        url="" if package.source == "registry" else package.source,
        raw=f"{package.name}=={package.version}",
    )
