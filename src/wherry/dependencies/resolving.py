"""``resolve``: what a host with this Python makes of a project's requirements."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from packaging.utils import canonicalize_name

from wherry.dependencies import connections
from wherry.dependencies.contradictions import contradictions, pins, repeated, set_aside
from wherry.dependencies.fetch import Unreachable
from wherry.dependencies.fitting import Fit
from wherry.dependencies.index import Index, configured
from wherry.dependencies.metadata import Metadata
from wherry.dependencies.plan import page_names
from wherry.dependencies.repairing import repairs
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import (
    Artifact,
    Conflict,
    LineTrouble,
    Package,
    Python,
    Resolution,
    Trouble,
)
from wherry.dependencies.survey import Survey, invalid, survey
from wherry.dependencies.unsatisfiable import Asks, Early, Outcome, Solver, settle
from wherry.dependencies.uv import NoIndex, Resolved, UvFailed
from wherry.errors import RuntimeMissing
from wherry.findings import Skipped

_WHAT: Final = "what the package index knows of the requirements"


@dataclass
class _State:
    """What has been found so far, for one Python."""

    survey: Survey
    fits: Mapping[RequirementLine, Fit]
    troubles: dict[RequirementLine, LineTrouble]
    metadata: Mapping[RequirementLine, Metadata]
    conflicts: list[Conflict] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def resolve(
    lines: Sequence[RequirementLine],
    python: Python,
    *,
    pythons: Sequence[Python] = (),
    constraints: Sequence[RequirementLine] = (),
    index_urls: Sequence[str] = (),
    locked: bool = False,
    index: Index | None = None,
) -> Resolution:
    """Return what would be installed, what cannot be, and how it could be mended.

    Nothing is built and no code of any package runs. What has no wheel is looked at in its
    source. Not checked: what a package with neither wheel nor written metadata wants in turn.

    Args:
        lines: What the host installs, in order.
        python: What the host runs.
        pythons: What else the host offers: the repair looks at these too.
        constraints: Lines that limit versions without asking for anything.
        index_urls: Indexes that the project's own files name, beside the user's.
        locked: Whether the lines are those of a lock file, which no resolver looks at again.
        index: What to ask; the user's own indexes by default.
    """
    asked = index or Index(urls=(*(url.rstrip("/") for url in index_urls), *configured()))
    try:
        return _resolve(lines, python, pythons, constraints, index_urls, asked, locked=locked)
    finally:
        connections.close()


def _resolve(
    lines: Sequence[RequirementLine],
    python: Python,
    pythons: Sequence[Python],
    constraints: Sequence[RequirementLine],
    index_urls: Sequence[str],
    asked: Index,
    *,
    locked: bool,
) -> Resolution:
    applying = [line for line in lines if line.applies(python)]
    named = [line for line in applying if line.url]
    # uv reads the index while it is read here; mostly its answer is all that is needed of it.
    early = Early(
        Asks(
            python,
            {line: line.text for line in applying if not line.url},
            constraints=_texts(constraints),
            excludes=frozenset(line.key for line in named),
            index_options=_index_options(index_urls),
            dependencies=not locked,
        )
    )
    try:
        looked_at = survey(lines, asked, page_names(applying))
        state = _look(looked_at, python, locked=locked)
        state.skipped += [_unread(line) for line in named]
        reached = [url for url in index_urls if url.rstrip("/") not in asked.unreached]
        outcome = _settle(state, _asks(state, python, constraints, reached, locked=locked), early)
    except Unreachable as error:
        return Resolution(python, skipped=(Skipped(_WHAT, f"it cannot be reached: {error}"),))
    finally:
        early.close()
    broken = state.conflicts or any(not item.builds for item in state.troubles.values())
    options = _index_options(reached)
    return Resolution(
        python=python,
        packages=_packages(outcome.resolved if outcome else (), state, python),
        troubles=tuple(state.troubles[line] for line in lines if line in state.troubles),
        conflicts=tuple(state.conflicts),
        repairs=repairs(looked_at, lines, python, pythons, index_options=options)
        if broken and not locked
        else (),
        skipped=tuple(state.skipped),
    )


def _look(looked_at: Survey, python: Python, *, locked: bool) -> _State:
    """Return what the index and the releases' own metadata tell, without a resolver."""
    fits = looked_at.fits(python)
    looked_at.read_ahead(fits)
    troubles = looked_at.troubles(fits, python)
    hidden = _hidden(troubles, looked_at.index)
    for line in hidden:
        del troubles[line], fits[line]
    metadata = looked_at.metadata(fits)
    state = _State(looked_at, fits, troubles, metadata)
    state.skipped += [Skipped(line.text, "one of the indexes cannot be reached") for line in hidden]
    for line, trouble in invalid(metadata).items():
        troubles.setdefault(line, trouble)
    if not locked:
        state.conflicts += repeated(fits)
        state.conflicts += contradictions(pins(fits, metadata), python)
    return state


def _texts(constraints: Sequence[RequirementLine]) -> tuple[str, ...]:
    return tuple(line.text for line in constraints if not line.url)


def _asks(
    state: _State,
    python: Python,
    constraints: Sequence[RequirementLine],
    index_urls: Sequence[str],
    *,
    locked: bool,
) -> Asks:
    """Return what uv is asked: all that can be installed, as far as is known by now."""
    aside = {conflict.set_aside for conflict in state.conflicts}
    good = [line for line in state.fits if line not in state.troubles and line not in aside]
    built = [line for line in good if state.fits[line].source is not None]
    taken = {line.key for line in (*built, *state.troubles)}
    taken |= {canonicalize_name(re.split(r"[ =<>~!\[]", item.what)[0]) for item in state.skipped}
    return Asks(
        python=python,
        lines={line: _asked(line, state.fits[line]) for line in good if line not in built},
        more={line: _wants(line, state, python) for line in built},
        constraints=_texts(constraints),
        excludes=frozenset(taken),
        index_options=_index_options(index_urls),
        dependencies=not locked,
    )


def _settle(state: _State, asks: Asks, solver: Solver) -> Outcome | None:
    try:
        outcome = settle(asks, solver)
    except (NoIndex, UvFailed, RuntimeMissing) as error:
        state.skipped.append(Skipped("whether the requirements fit together", _first(str(error))))
        return None
    for core, reason in outcome.conflicts:
        if len(core) > 1:
            state.conflicts.append(Conflict(core, reason, set_aside(core)))
        else:
            state.troubles[core[0]] = LineTrouble(core[0], Trouble.NO_WHEEL, detail=reason)
    return outcome


def _hidden(troubles: Mapping[RequirementLine, LineTrouble], index: Index) -> list[RequirementLine]:
    """Return the lines that an index may have which could not be asked."""
    unknown = (Trouble.NO_PACKAGE, Trouble.NO_VERSION)
    return [
        line for line, found in troubles.items() if index.unreached and found.trouble in unknown
    ]


def _index_options(urls: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for url in urls for word in ("--index", url))


def _asked(line: RequirementLine, found: Fit) -> str:
    """Return what uv is asked for: a pre-release by name where pip would take one."""
    if found.release is not None and found.release.version.is_prerelease and not line.exact:
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        return f"{line.name}{extras}=={found.release.version}"
    return line.text


def _wants(line: RequirementLine, state: _State, python: Python) -> tuple[str, ...]:
    """Return what a release that is built wants in turn."""
    source = state.survey.source(state.fits[line])
    if source is None:
        return ()
    known = Metadata("0", source.requires)
    return tuple(
        f"{demand.name}{f'[{",".join(demand.extras)}]' if demand.extras else ''}{demand.specifier}"
        for demand in known.demands(python, line.extras)
        if demand.url is None
    )


def _packages(resolved: Iterable[Resolved], state: _State, python: Python) -> tuple[Package, ...]:
    by_name = {line.key: line for line in state.fits}
    wants: dict[str, tuple[str, ...]] = {}
    wanted_by: dict[str, list[str]] = {}
    for line, known in state.metadata.items():
        demands = known.demands(python, line.extras)
        wants[line.key] = tuple(str(demand) for demand in demands)
        for demand in demands:
            wanted_by.setdefault(canonicalize_name(demand.name), []).append(line.key)
    found = [
        Package(
            name=item.name,
            version=item.version,
            wheel=item.wheel,
            sdist=item.sdist,
            required_by=tuple(wanted_by.get(item.name, ())),
            requires=wants.get(item.name, ()),
            line=by_name.get(item.name),
        )
        for item in resolved
    ]
    for line, what in state.fits.items():
        trouble = state.troubles.get(line)
        if what.source is None or what.release is None or (trouble and not trouble.builds):
            continue
        file = what.source
        found.append(
            Package(
                name=line.key,
                version=what.release.text,
                wheel=None,
                sdist=Artifact(file.filename, file.url, file.size_bytes),
                required_by=tuple(wanted_by.get(line.key, ())),
                requires=wants.get(line.key, ()),
                line=line,
            )
        )
    return tuple(sorted(found, key=lambda package: package.name))


def _unread(line: RequirementLine) -> Skipped:
    return Skipped(f"{line.name} and what it wants", "it is installed from an address")


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else "uv gave no reason").removeprefix("error: ")[:200]
