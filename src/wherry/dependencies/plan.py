"""What a repair changes, before any resolver is asked: which lines move, and how far they may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.dependencies.contradictions import PROTECTED, contradictions, pins, repeated
from wherry.dependencies.fitting import Fit, nearest_release
from wherry.dependencies.releases import Release
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python, Trouble
from wherry.dependencies.substitutes import READY_MADE, SUBSTITUTES, gone
from wherry.dependencies.survey import Survey, any_wheel, invalid

ANYTHING: Final = 3
"""The last step that a line is let go by: see ``Plan.text``."""


@dataclass
class Plan:
    """How far each line has been let go: see ``_text``."""

    python: Python
    survey: Survey
    steps: dict[RequirementLine, int] = field(default_factory=dict)
    removed: set[RequirementLine] = field(default_factory=set)
    renamed: dict[RequirementLine, str] = field(default_factory=dict)
    after: dict[RequirementLine, Version] = field(default_factory=dict)
    within: dict[RequirementLine, SpecifierSet] = field(default_factory=dict)

    def text(self, line: RequirementLine) -> str:
        """Return what uv is asked for: the line, its nearest series, anything later, anything."""
        name = self.renamed.get(line, line.name)
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        step = self.steps.get(line, 0)
        if step == 0 and line not in self.renamed:
            return line.text
        near = self.near(line)
        if near is None or step >= 3:
            return f"{name}{extras}"
        first, last = near
        series = f"{last.version.release[0]}.{(*last.version.release, 0)[1]}"
        if step <= 1:
            return f"{name}{extras}>={first.version},<={last.version},=={series}.*"
        return f"{name}{extras}>={first.version}"

    def near(self, line: RequirementLine) -> tuple[Release, Release] | None:
        """Return the nearest series that has a wheel here: its first and its last release."""
        name = self.renamed.get(line, line.key)
        substitute = SUBSTITUTES.get(line.key)
        if substitute is not None and line in self.renamed and not substitute.same_version:
            return None
        page = self.survey.pages.get(name)
        after, within = self.after.get(line), self.within.get(line)
        last = None if page is None else nearest_release(line, page, self.python, after, within)
        if page is None or last is None:
            return None
        series = last.version.release[:2]
        return next(
            (release, last)
            for release in page.releases
            if release.version.release[:2] == series
            and release.wheel(self.python)
            and not release.version.is_prerelease
            and (after is None or release.version > after)
            and (within is None or within.contains(release.version))
        )


def planned(
    survey: Survey, fits: Mapping[RequirementLine, Fit], python: Python, *, room: bool = True
) -> Plan:
    """Return a plan with the lines let go that cannot stay.

    Args:
        room: Whether to look at what the moving lines will want, which asks the index for more.
    """
    plan = Plan(python, survey)
    troubles = survey.troubles(fits, python)
    metadata = survey.metadata(fits)
    for line, trouble in {**invalid(metadata), **troubles}.items():
        if not trouble.builds:
            _let_line_go(plan, line, trouble.trouble)
    for conflict in (*repeated(fits), *contradictions(pins(fits, metadata), python)):
        if not any(line in plan.steps or line in plan.removed for line in conflict.lines):
            plan.steps[conflict.set_aside] = 1 if conflict.wanted else ANYTHING
            plan.within[conflict.set_aside] = SpecifierSet(conflict.wanted)
            if conflict.lines[0].key == conflict.lines[1].key:
                plan.removed.add(conflict.set_aside)
    if room:
        _make_room(plan, fits)
    return plan


def _make_room(plan: Plan, fits: Mapping[RequirementLine, Fit]) -> None:
    """Let the pins go that contradict what the lines that move will want where they go to.

    A TensorFlow that moves takes a dozen companions along; one conflict after the other would
    ask the resolver as many times.
    """
    files = {}
    for line, step in plan.steps.items():
        near = plan.near(line) if step == 1 else None
        if near is not None and (wheel := any_wheel(near[1])) is not None:
            files[line] = wheel
    read = plan.survey.of_wheels(files.values())
    moving = set(plan.steps)
    pinned = {line.key: line for line in fits if line.exact and line not in moving}
    for line, file in files.items():
        known = read.get(file.filename)
        for demand in known.demands(plan.python, line.extras) if known is not None else ():
            other = pinned.get(canonicalize_name(demand.name))
            if other is None or other in plan.removed or other.key in PROTECTED:
                continue
            if not demand.specifier.contains(other.exact or "0", prereleases=True):
                plan.steps[other] = 1
                plan.within[other] = plan.within.get(other, SpecifierSet()) & demand.specifier


def _let_line_go(plan: Plan, line: RequirementLine, trouble: Trouble) -> None:
    """Let a line go that cannot stay."""
    if gone(line.key):
        plan.removed.add(line)
        return
    substitute = SUBSTITUTES.get(line.key)
    if substitute is not None:
        plan.renamed[line] = substitute.name
        plan.steps[line] = 1
        return
    if line.key in READY_MADE and plan.near(line) is None:
        plan.renamed[line] = READY_MADE[line.key]
        plan.steps[line] = 1
        return
    if trouble is Trouble.NO_PACKAGE:
        plan.removed.add(line)
        return
    if trouble is Trouble.INVALID_METADATA and line.exact:
        plan.after[line] = Version(line.exact)
    plan.steps[line] = 1


def page_names(lines: Iterable[RequirementLine]) -> set[str]:
    """Return the names that a repair may move lines to, beside their own."""
    keys = {line.key for line in lines}
    names = {SUBSTITUTES[key].name for key in keys if key in SUBSTITUTES}
    return (names | {READY_MADE[key] for key in keys if key in READY_MADE}) - {""}
