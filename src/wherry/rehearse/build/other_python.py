"""Whether the packages install on the platform's Python, where this machine has only another."""

import re
from typing import Final

from wherry.buildrules import installing
from wherry.buildrules.managers import Manager
from wherry.buildrules.python_choice import PythonChoice
from wherry.dependencies.resolution import LineTrouble, Resolution, Trouble
from wherry.estimate import requirement_lines
from wherry.project.project import read_project
from wherry.rehearse.build.site import Site

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
        requirement_lines.installed(requirements),
        choice.version,
        constraints=requirement_lines.constraints(requirements),
        index_urls=requirement_lines.index_urls(requirements),
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
