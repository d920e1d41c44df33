"""Whether the packages install on the platform's Python, where this machine has only another."""

import re
from typing import Final

from wherry.buildrules import installing
from wherry.buildrules.managers import Manager
from wherry.buildrules.python_choice import PythonChoice
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Resolution, Trouble
from wherry.project.project import read_project
from wherry.project.requirements.requirement import Locked, Requirement
from wherry.project.requirements.requirements import Requirements
from wherry.rehearse.build.site import Site

_INDEX_OPTIONS: Final = ("-i", "--index-url", "--extra-index-url")
_ON_INDEX: Final = frozenset(
    (
        *(Trouble.NO_PACKAGE, Trouble.NO_VERSION, Trouble.PYTHON_TOO_NEW, Trouble.PYTHON_TOO_OLD),
        Trouble.NO_WHEEL,
    )
)


def refuse_what_does_not_fit(site: Site, manager: Manager, choice: PythonChoice) -> None:
    """Ask the index what the platform's Python would make of the requirements.

    Raises:
        BuildFailed: they would not install there.
    """
    # A tenth of a second, which most builds need not spend.
    from wherry.dependencies import resolving

    requirements = read_project(site.root).requirements
    resolution = resolving.resolve(
        _lines(requirements),
        choice.version,
        constraints=[_line(item) for item in requirements.constraints if item.name],
        index_urls=[
            option.value for option in requirements.options if option.name in _INDEX_OPTIONS
        ],
        locked=requirements.lock is not None,
    )
    for skipped in resolution.skipped:
        site.log.remark("python", f"Not judged for Python {choice.asked}: {skipped.what}.")
    if resolution.installs:
        return
    command = installing.install_of(manager.name)
    site.log.step(command.line)
    for line in _as_pip_says(resolution):
        site.log.indent(line)
    raise site.log.refuse(installing.failed(manager.title, manager.name))


def _as_pip_says(resolution: Resolution) -> list[str]:
    said = []
    for trouble in resolution.troubles:
        if not trouble.builds:
            said += _of_line(trouble)
    for conflict in resolution.conflicts:
        names = " and ".join(line.text for line in conflict.lines)
        said.append(
            f"ERROR: Cannot install {names} because these package versions have conflicting "
            "dependencies."
        )
        said += [conflict.reason, "ERROR: ResolutionImpossible"]
    return said


def _of_line(trouble: LineTrouble) -> list[str]:
    text = trouble.line.text
    if trouble.trouble in _ON_INDEX:
        found = ", ".join(f"{major}.{minor}" for major, minor in trouble.pythons)
        detail = re.sub(r"\s+", " ", trouble.detail or (f"has files for {found}" if found else ""))
        return [
            f"ERROR: Could not find a version that satisfies the requirement {text}"
            + (f" ({detail})" if detail else ""),
            f"ERROR: No matching distribution found for {text}",
        ]
    return [
        f"ERROR: Failed to build {text}: {trouble.trouble.value}"
        + (f", {trouble.detail}" if trouble.detail else "")
    ]


def _lines(requirements: Requirements) -> list[RequirementLine]:
    if requirements.lock is None:
        return [_line(item) for item in requirements.declared if item.name]
    return [_locked(item) for item in requirements.lock.packages if _is_installed(item)]


def _line(item: Requirement) -> RequirementLine:
    return RequirementLine(
        name=item.written_name or item.name,
        specifier=item.specifier,
        file=item.file,
        line=item.line,
        extras=item.extras,
        marker=item.marker,
        url=item.url or item.local,
        raw=item.raw,
        hashes=bool(item.hashes),
    )


def _is_installed(item: Locked) -> bool:
    if item.source in ("virtual", "path"):
        return False
    return not item.groups or "main" in item.groups


def _locked(item: Locked) -> RequirementLine:
    return RequirementLine(
        name=item.name,
        specifier=f"=={item.version}",
        file=item.file,
        line=item.line,
        marker=item.marker,
        url="" if item.source == "registry" else item.source,
        raw=f"{item.name}=={item.version}",
    )
