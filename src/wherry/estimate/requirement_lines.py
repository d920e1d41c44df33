"""The project's requirements, as ``dependencies`` takes them: what a host will install."""

from collections.abc import Iterable
from typing import Final

from wherry.dependencies.requirement import RequirementLine
from wherry.project.requirements.requirement import Locked, Requirement
from wherry.project.requirements.requirements import Requirements

_INDEX_OPTIONS: Final = ("-i", "--index-url", "--extra-index-url")


def installed(requirements: Requirements) -> tuple[RequirementLine, ...]:
    """Return what the host installs: what a lock file settles, or else what is asked for."""
    if requirements.lock is None:
        return _lines(requirements.declared)
    return tuple(_locked(package) for package in requirements.lock.packages if _belongs(package))


def constraints(requirements: Requirements) -> tuple[RequirementLine, ...]:
    """Return what ``-c`` files limit."""
    return _lines(requirements.constraints)


def index_urls(requirements: Requirements) -> list[str]:
    """Return the addresses of the indexes that pip is given in the files, in order."""
    return [option.value for option in requirements.options if option.name in _INDEX_OPTIONS]


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


def _belongs(package: Locked) -> bool:
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
