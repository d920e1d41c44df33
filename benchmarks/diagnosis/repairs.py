"""Whether ``wherry doctor --fix --unsafe-fixes`` leaves projects that install, collect and boot."""

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.cases.projects.cases import Boot, Case, build

from benchmarks.diagnosis.commands import clean, run
from benchmarks.diagnosis.hosting import Asked, NotServed, collect, first_status, refused
from benchmarks.diagnosis.installing import Environment, NotInstalled, install
from wherry.platforms import hosts
from wherry.project.project import Project, read_project

ASKED: Final = 15
_FIX_S: Final = 600
_LOOK_S: Final = 60
_ROW: Final = "{:16} {:>5} {:>7} {:9} {:9} {:6} {:>6}  {}"
# What a buildpack's host sets beside the port.
_OF_HOSTS: Final[Mapping[str, Mapping[str, str]]] = {"heroku": {"DYNO": "web.1"}}


@dataclass(slots=True)
class Repair:
    """What became of one project.

    Attributes:
        fixes: What was done, in the words of the command; None where it failed itself.
        python: The version that the repaired project asks for, and the one that was taken.
        missing: Modules that the code imports outside of any ``try`` and that were not there.
        status: Of the first answer; None where there was none.
        why: What went wrong first; "" for nothing.
    """

    name: str
    fixes: tuple[str, ...] | None = None
    python: str = ""
    installed: bool = False
    collected: str = ""
    missing: tuple[str, ...] = ()
    status: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was installed, collected and booted with all that its code imports."""
        return self.installed and self.status is not None and not self.why


def examine(case: Case, work: Path) -> Repair:
    """Repair the project of a case with the real command, and go on as its host would."""
    assert case.boot is not None
    repair = Repair(case.name)
    log = work / "logs" / f"{case.name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    # Not below this repository, whose git would answer for a project that has none.
    with tempfile.TemporaryDirectory(prefix="wherry-repair-") as folder:
        root = build(case, Path(folder) / case.name)
        try:
            python = _fix(case, root, repair, log)
            _live(case, case.boot, read_project(root, case.app or None), python, repair, work, log)
        except (NotInstalled, NotServed) as error:
            repair.why = str(error)
    return repair


def table(repairs: Iterable[Repair]) -> Iterator[str]:
    """Say what became of each, and how many hold."""
    repairs = list(repairs)
    yield _ROW.format(
        "case", "fixes", "python", "installed", "collected", "booted", "status", "why not"
    )
    for repair in repairs:
        yield _ROW.format(
            repair.name,
            "-" if repair.fixes is None else len(repair.fixes),
            repair.python,
            "yes" if repair.installed else "no",
            repair.collected if len(repair.collected) < 4 else "no",
            "yes" if repair.holds else "no",
            repair.status or "-",
            repair.why,
        )
    held = sum(repair.holds for repair in repairs)
    yield f"{held} of {len(repairs)} repaired projects install, collect and boot (asked: {ASKED})"


def _fix(case: Case, root: Path, repair: Repair, log: Path) -> str:
    """Run the command and return the Python that the project asks for afterwards."""
    program = Path(sys.executable).with_name("wherry")
    app = ("--app", case.app) if case.app else ()
    done = subprocess.run(
        [
            *(program, "doctor", root, "--platform", case.platform, *app),
            *("--fix", "--unsafe-fixes", "--format", "json"),
        ],
        capture_output=True,
        text=True,
        timeout=_FIX_S,
        env=clean(),
        check=False,
    )
    log.write_text(f"{done.stderr}\n", encoding="utf-8")
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise NotInstalled(f"wherry doctor: {done.stderr.strip()[-160:]}") from None
    marks = [line for line in done.stderr.splitlines() if line.startswith("Done: ")]
    repair.fixes = tuple(line.removeprefix("Done: ") for line in marks)
    with log.open("a", encoding="utf-8") as file:
        for finding in told["findings"]:
            print("left:", finding["severity"], finding["name"], file=file)
    return str(told["python"])


def _live(
    case: Case, boot: Boot, project: Project, python: str, repair: Repair, work: Path, log: Path
) -> None:
    """Install, collect and boot the repaired project."""
    platform = hosts.get(case.platform).platform.name
    home = project.root / (case.app or boot.app)
    environment = install(project, python, boot.requirements, work / "environments", log)
    repair.installed = True
    same = environment.python == python
    repair.python = python if same else f"{python}>{environment.python}"
    variables = {**_OF_HOSTS.get(platform, {}), **_declared(project, platform), **boot.environment}
    # What the developer has downloaded into the own home is not on the host.
    given = environment.variables(**variables, HOME=str(home))
    repair.missing = _missing(project, home, environment, log)
    if repair.missing:
        repair.why = f"nothing provides {', '.join(repair.missing)}"
    repair.collected = collect(home, environment, given, log) if boot.settings else "-"
    if len(repair.collected) > len("yes"):
        raise NotServed(f"collectstatic: {repair.collected}")
    repair.status = first_status(project, platform, Asked(boot.request, boot.host), given, log)
    if refused(repair.status):
        repair.why = repair.why or f"GET {boot.request} is answered with {repair.status}"


def _declared(project: Project, platform: str) -> dict[str, str]:
    """Return the variables that the project's own files give a value."""
    declared = project.environment(platform)
    return {name: value for name, value in declared.items() if value is not None}


def _missing(project: Project, home: Path, environment: Environment, log: Path) -> tuple[str, ...]:
    """Return the modules that the deployed code needs, and that the environment lacks."""
    wanted = sorted({name for path in _sources(project) for name in _imports(path)})
    find = (
        "import sys, importlib.util as u; sys.path.insert(0, ''); "
        "print('missing:', *[n for n in sys.argv[1:] if u.find_spec(n) is None])"
    )
    done = run(
        (environment.bin / "python", "-c", find, *wanted),
        folder=home,
        variables=environment.variables(),
        log=log,
        timeout_s=_LOOK_S,
    )
    return tuple(done.said.rpartition("missing:")[2].split())


def _sources(project: Project) -> Iterator[Path]:
    for entry in project.files:
        parts = Path(entry.path).parts
        if entry.deployed and entry.suffix == ".py" and not {"tests", "notebooks"} & set(parts):
            yield project.root / entry.path


def _imports(path: Path) -> Iterator[str]:
    """Return the first names of what a file imports without a way out."""
    waiting: list[ast.AST] = [ast.parse(path.read_bytes())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
        elif not isinstance(node, ast.Try):
            waiting += ast.iter_child_nodes(node)
