"""``init``: what a project lacks before it can be pushed, written in one go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.doctor.configuration import read_configuration
from wherry.doctor.diagnose import Options, diagnose
from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.fixing import Plan, apply, plan
from wherry.doctor.initial_requirements import FILE, Requirements, initial_requirements
from wherry.doctor.mending import Mended, mend
from wherry.doctor.rule import Context
from wherry.findings import Change, Finding, Fix
from wherry.platforms import hosts
from wherry.project.host_python import host_python
from wherry.project.project import Project, read_project

# What no web process reads, whatever the project; a pattern that fits nothing does no harm.
_SLUGIGNORE: Final = ("*.ipynb", "/.github", "/docs", "/notebooks")


@dataclass(frozen=True, slots=True)
class Start:
    """What a project lacks.

    Attributes:
        fixes: One for each file that is to be written.
        requirements: The list among them; None where there is one already, or nothing to list.
    """

    fixes: tuple[Fix, ...]
    requirements: Requirements | None = None


def missing(root: Path, options: Options) -> Start:
    """Return the files that a project lacks, beside those that the doctor's fixes write.

    Raises:
        InvalidInput: there is no such folder.
        ConfigurationError: an option or ``[tool.wherry]`` says something that cannot be.
    """
    context = _context(root, options)
    requirements = None if _has_requirements(context.project) else initial_requirements(context)
    fixes = []
    if requirements is not None:
        fixes.append(_requirements(context.project, requirements))
    fixes += _slugignore(context)
    return Start(tuple(fixes), requirements)


def show(root: Path, options: Options) -> tuple[Start, Plan, Diagnosis]:
    """Return what ``init`` would write; nothing is written."""
    start = missing(root, options)
    diagnosis = diagnose(root, options)
    written = {change.path for fix in start.fixes for change in fix.changes}
    return start, plan(_without(diagnosis.findings, written), unsafe=False), diagnosis


def init(root: Path, options: Options) -> tuple[Start, Mended]:
    """Write what a project lacks, then apply every safe fix of what the doctor finds.

    Raises:
        Refused: a file cannot be written.
    """
    start = missing(root, options)
    changes = [change for fix in start.fixes for change in fix.changes]
    apply(root.resolve(), changes)
    return start, mend(root, options, unsafe=False)


def _without(findings: Iterable[Finding], paths: set[str]) -> Iterator[Finding]:
    """Yield the findings whose fixes leave these files alone."""
    for finding in findings:
        touched = () if finding.fix is None else finding.fix.changes
        if paths.isdisjoint(change.path for change in touched):
            yield finding


def _context(root: Path, options: Options) -> Context:
    configuration = read_configuration(root)
    target = hosts.get(options.platform or configuration.platform or hosts.DEFAULT)
    project = read_project(root, options.app if options.app is not None else configuration.app)
    python = host_python(project, target)
    return Context(project=project, target=target, python=python, offline=options.offline)


def _has_requirements(project: Project) -> bool:
    requirements = project.requirements
    return bool(requirements.file or requirements.managers) or project.dockerfile is not None


def _requirements(project: Project, found: Requirements) -> Fix:
    changes = [Change(project.at_base(FILE), None, found.text)]
    told = "Write requirements.txt from what the code imports"
    if found.python is not None and not project.python_version.file:
        version = ".".join(map(str, found.python))
        changes.append(Change(project.at_base(".python-version"), None, f"{version}\n"))
        told += f", pinned for Python {version}"
    return Fix(told, tuple(changes), safe=True)


def _slugignore(context: Context) -> Iterator[Fix]:
    """Yield a .slugignore for the host that reads one, where there is something to leave out."""
    project = context.project
    path = project.at_base(".slugignore")
    if "heroku-cedar" not in context.target.families or path in project.files:
        return
    patterns = [pattern for pattern in _SLUGIGNORE if _leaves_out(project, pattern)]
    if patterns:
        text = "".join(f"{pattern}\n" for pattern in patterns)
        change = Change(path, None, text)
        yield Fix("Keep what no web process reads out of the slug", (change,), safe=True)


def _leaves_out(project: Project, pattern: str) -> bool:
    """Whether a pattern leaves something out, and nothing that the code may read or import."""
    if pattern.startswith("*"):
        return any(entry.path.endswith(pattern[1:]) and entry.deployed for entry in project.files)
    folder = project.at_base(pattern.strip("/"))
    inside = [entry for entry in project.files if entry.path.startswith(f"{folder}/")]
    return bool(inside) and not any(entry.suffix == ".py" for entry in inside)
