"""The repair: on each Python of the host, the fewest lines to move so that all of it installs.

A line that cannot stay moves to the nearest series that has a file for this Python, and further
only where the others leave it no room. uv settles every version at last, so that a repair ends
in exact pins that resolve.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from packaging.version import InvalidVersion, Version

from wherry.dependencies.contradictions import PROTECTED, set_aside
from wherry.dependencies.frameworks import runs
from wherry.dependencies.plan import ANYTHING, Plan, planned
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Move, Python, Repair
from wherry.dependencies.survey import Survey, any_wheel
from wherry.dependencies.unsatisfiable import Asks, minimal, solve
from wherry.dependencies.uv import NoIndex, NoSolution, Resolved, UvFailed
from wherry.errors import RuntimeMissing

_MOST_STEPS: Final = 40
_MOST_REFUSALS: Final = 6
_KERAS_3: Final = Version("2.16")
_TENSORFLOW: Final = frozenset(("tensorflow", "tensorflow-cpu"))


def repair(
    survey: Survey,
    lines: Sequence[RequirementLine],
    python: Python,
    *,
    index_options: tuple[str, ...] = (),
) -> Repair | None:
    """Return what to move on this Python, or None where nothing was found that resolves.

    Raises:
        NoIndex: the index could not be reached.
        UvFailed: uv could not read what it was given.
        RuntimeMissing: there is no uv.
    """
    applying = [line for line in lines if line.applies(python) and not line.url]
    fits = survey.fits(python)
    plan = planned(survey, fits, python)
    built = {line for line, found in fits.items() if found.source is not None}
    built -= set(plan.steps) | plan.removed | set(plan.renamed)
    kept = [line for line in applying if line not in built]
    resolved = _resolve(plan, kept, built, index_options)
    for _ in range(_MOST_REFUSALS):
        if resolved is None or not _refused(plan, resolved):
            break
        resolved = _resolve(plan, kept, built, index_options)
    if resolved is None:
        return None
    found = {item.name: item.version for item in resolved}
    if any(Version(found.get(line.key, "0")).is_prerelease for line in plan.steps):
        return None
    found |= {line.key: release.text for line in built if (release := fits[line].release)}
    return Repair(python, tuple(_moves(plan, applying, found)), tuple(sorted(found.items())))


def outline(survey: Survey, lines: Sequence[RequirementLine], python: Python) -> Repair | None:
    """Return what has to move on this Python at least; nothing is resolved.

    None where some line has nowhere to go.
    """
    applying = [line for line in lines if line.applies(python) and not line.url]
    plan = planned(survey, survey.fits(python), python, room=False)
    found = {}
    for line in plan.steps:
        near = plan.near(line)
        if near is None:
            return None
        found[plan.renamed.get(line, line.key)] = near[1].text
    return Repair(python, tuple(_moves(plan, applying, found)), ())


def repairs(
    survey: Survey,
    lines: Sequence[RequirementLine],
    python: Python,
    pythons: Iterable[Python],
    *,
    index_options: tuple[str, ...] = (),
) -> tuple[Repair, ...]:
    """Return a repair for each Python that has one: the fewest and safest moves first.

    The first one is resolved, and has its pins; of the others only the outline is drawn, which
    is enough to compare.
    """
    candidates = sorted({python, *pythons} if not pythons or python in pythons else set(pythons))
    outlines = [outline(survey, lines, candidate) for candidate in candidates]
    ordered = sorted(
        (item for item in outlines if item is not None),
        key=lambda item: (
            not all(runs(line, item.python) for line in lines),
            sum(_weight(move) for move in item.moves),
            len(item.moves),
            # What lies nearest to the Python that it was written for moves its pins least.
            abs(item.python[1] - python[1]),
            -item.python[1],
        ),
    )
    for best in ordered:
        try:
            whole = repair(survey, lines, best.python, index_options=index_options)
        except (NoIndex, UvFailed, RuntimeMissing):
            return ()
        if whole is not None:
            return (whole, *(item for item in ordered if item.python != best.python))
    return ()


def _resolve(
    plan: Plan,
    lines: Sequence[RequirementLine],
    built: Iterable[RequirementLine],
    index_options: tuple[str, ...],
) -> tuple[Resolved, ...] | None:
    # What was renamed has no file here, whoever else wants it: uv need not find that out.
    excludes = frozenset(line.key for line in (*built, *plan.renamed))
    for _ in range(_MOST_STEPS):
        kept = [line for line in lines if line not in plan.removed]
        asks = Asks(
            plan.python,
            {line: plan.text(line) for line in kept},
            excludes=excludes,
            index_options=index_options,
        )
        try:
            return _nearer(plan, asks, solve(asks, kept))
        except NoSolution as error:
            mine = {plan.renamed.get(line, line.key) for line in kept}
            hidden = set(error.source_only) - mine - excludes
            if hidden:
                excludes |= hidden
                continue
            core = minimal(asks, kept, error, solve)
            if not core or not _let_go(plan, core):
                return None
    return None


def _nearer(plan: Plan, asks: Asks, found: tuple[Resolved, ...]) -> tuple[Resolved, ...]:
    """Return the same with what may be anything as near to its pin as the others let it."""
    versions = {item.name: item.version for item in found}
    texts = {}
    free = False
    for line in asks.lines:
        name = plan.renamed.get(line, line.key)
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        if plan.steps.get(line, 0) > 1 and line not in plan.renamed and line.exact:
            free = True
            texts[line] = f"{name}{extras}>={line.exact}"
        elif name in versions:
            texts[line] = f"{name}{extras}=={versions[name]}"
        else:
            texts[line] = asks.lines[line]
    if not free:
        return found
    try:
        return solve(replace(asks, lines=texts, lowest=True), texts)
    except NoSolution:
        return found


def _refused(plan: Plan, resolved: Sequence[Resolved]) -> bool:
    """Whether a line came to rest where pip refuses the metadata; it goes on from there then."""
    found = {item.name: item.version for item in resolved}
    files = {}
    for line in plan.steps:
        name = plan.renamed.get(line, line.key)
        page = plan.survey.pages.get(name)
        release = page.by_version.get(Version(found[name])) if page and name in found else None
        if (wheel := any_wheel(release)) is not None:
            files[line] = wheel
    read = plan.survey.of_wheels(files.values())
    again = False
    for line, file in files.items():
        metadata = read.get(file.filename)
        if metadata is not None and metadata.faults:
            plan.after[line] = Version(metadata.version)
            again = True
    return again


def _let_go(plan: Plan, core: Sequence[RequirementLine]) -> bool:
    """Let one of these lines move further; False where all of them are as free as can be.

    What moves anyhow goes first, and what the project is built around last.
    """
    free = [line for line in core if plan.steps.get(line, 0) < ANYTHING]
    if not free:
        return False
    others = [line for line in free if line.key not in PROTECTED]
    moving = [line for line in others or free if line in plan.steps]
    chosen = min(moving, key=lambda line: plan.steps[line]) if moving else set_aside(others or free)
    plan.steps[chosen] = plan.steps[chosen] + 1 if moving else ANYTHING
    return True


def _moves(
    plan: Plan, lines: Iterable[RequirementLine], found: Mapping[str, str]
) -> Iterable[Move]:
    for line in lines:
        if line in plan.removed:
            yield Move(line, None)
        elif line in plan.steps or line in plan.renamed:
            name = plan.renamed.get(line, line.name)
            version = found.get(plan.renamed.get(line, line.key), "")
            if line.exact == version and line not in plan.renamed:
                continue
            extras = f"[{','.join(line.extras)}]" if line.extras else ""
            to = f"{name}{extras}=={version}" if version else None
            yield Move(line, to, unsafe=unsafe(line, version))


def unsafe(line: RequirementLine, version: str) -> str:
    """Return why somebody has to look at a move, or ""."""
    try:
        before, after = Version(line.exact or ""), Version(version)
    except InvalidVersion:
        return ""
    if line.key in _TENSORFLOW or line.key.startswith("tensorflow-"):
        if (before < _KERAS_3) != (after < _KERAS_3):
            return "it brings another generation of Keras, which reads models differently"
        if before.release[:2] != after.release[:2]:
            return "it is another minor version of TensorFlow"
    if line.key == "keras" and before.major != after.major:
        return "it is another generation of Keras"
    return ""


def _weight(move: Move) -> int:
    return 0 if not move.unsafe else 2 if "generation" in move.unsafe else 1
