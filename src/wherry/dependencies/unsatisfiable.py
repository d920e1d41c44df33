"""Ask uv again and again until every independent conflict is known, in the user's own lines.

uv says that there is no solution, and why, in its own words. Which of the user's lines are to
blame is not read out of these words but tried: they only say where to try first.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.dependencies.contradictions import set_aside
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python
from wherry.dependencies.uv import NoSolution, Resolved, resolve_lines

_MOST_RUNS: Final = 60
_DEPENDS: Final = re.compile(r"(?:Because|and|,) ([a-z0-9][\w.\[\]-]*)(==\S+)? depends on (\S+)")


@dataclass(frozen=True, slots=True)
class Asks:
    """What uv is asked.

    Attributes:
        lines: The user's lines, with what uv is given for each.
        more: What lines want that are built from source and not given to uv themselves.
        excludes: Names that are taken for installed.
    """

    python: Python
    lines: Mapping[RequirementLine, str]
    more: Mapping[RequirementLine, Sequence[str]] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    excludes: frozenset[str] = frozenset()
    index_options: tuple[str, ...] = ()
    dependencies: bool = True
    lowest: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What fits together, and the sets of lines that do not, with the reason in a clause."""

    resolved: tuple[Resolved, ...]
    conflicts: tuple[tuple[tuple[RequirementLine, ...], str], ...]
    excludes: frozenset[str]


type Solver = Callable[[Asks, Iterable[RequirementLine]], tuple[Resolved, ...]]


def solve(asks: Asks, lines: Iterable[RequirementLine]) -> tuple[Resolved, ...]:
    """Ask uv for these lines only.

    Raises:
        NoSolution: they do not fit together.
    """
    chosen = list(lines)
    texts = [asks.lines[line] for line in chosen if line in asks.lines]
    texts += [text for line in chosen for text in asks.more.get(line, ())]
    return resolve_lines(
        texts,
        asks.python,
        constraints=asks.constraints,
        excludes=sorted(asks.excludes),
        index_options=asks.index_options,
        lowest=asks.lowest,
        dependencies=asks.dependencies,
    )


class Early:
    """A solver that was asked once before it was known whether that is the question."""

    def __init__(self, asks: Asks) -> None:
        self._key = _key(asks, [*asks.lines, *asks.more])
        self._pool = ThreadPoolExecutor(1)
        self._first = self._pool.submit(solve, asks, [*asks.lines, *asks.more])

    def __call__(self, asks: Asks, lines: Iterable[RequirementLine]) -> tuple[Resolved, ...]:
        """Return what ``solve`` does, or did."""
        chosen = list(lines)
        # Even where it was another question, its answer has filled uv's cache.
        if _key(asks, chosen) == self._key:
            return self._first.result()
        return solve(asks, chosen)

    def close(self) -> None:
        """Wait for what was asked; whatever came of it was told to those who asked again."""
        self._first.exception()
        self._pool.shutdown()


def _key(asks: Asks, lines: Iterable[RequirementLine]) -> tuple[object, ...]:
    chosen = list(lines)
    texts = tuple(asks.lines[line] for line in chosen if line in asks.lines)
    more = tuple(text for line in chosen for text in asks.more.get(line, ()))
    return (texts, more, asks.excludes, asks.index_options)


def settle(asks: Asks, solver: Solver = solve) -> Outcome:
    """Return a resolution of what fits, with one line of each conflict set aside.

    Raises:
        NoIndex: the index could not be reached.
        UvFailed: uv could not read what it was given.
        RuntimeMissing: there is no uv.
    """
    remaining = [*asks.lines, *asks.more]
    conflicts: list[tuple[tuple[RequirementLine, ...], str]] = []
    for _ in range(_MOST_RUNS):
        try:
            return Outcome(solver(asks, remaining), tuple(conflicts), asks.excludes)
        except NoSolution as error:
            mine = {line.key for line in asks.lines}
            hidden = set(error.source_only) - mine - asks.excludes
            if hidden:
                # What comes along and has no wheel is built; uv need not see it.
                asks = replace(asks, excludes=asks.excludes | hidden)
                continue
            core = minimal(asks, remaining, error, solver)
            if not core:
                break
            conflicts.append((core, reason(error, core)))
            remaining.remove(set_aside(core))
    return Outcome((), tuple(conflicts), asks.excludes)


def minimal(
    asks: Asks, lines: Sequence[RequirementLine], error: NoSolution, solver: Solver
) -> tuple[RequirementLine, ...]:
    """Return lines that do not fit together, and do without any one of them."""
    named = set(error.names)
    likely = [line for line in lines if line.key in named or line in asks.more]
    core = likely if likely and not _fits(asks, likely, solver) else list(lines)
    if core is not likely and _fits(asks, core, solver):
        return ()
    for line in list(core):
        rest = [other for other in core if other is not line]
        if rest and not _fits(asks, rest, solver):
            core = rest
    return tuple(core)


def reason(error: NoSolution, core: Sequence[RequirementLine]) -> str:
    """Return in a clause who wants what, as uv says it."""
    plain = " ".join(str(error).split())
    said = [
        f"{name}{version.replace('==', ' ') if version else ''} wants {wanted.rstrip(',.')}"
        for name, version, wanted in _DEPENDS.findall(plain)
    ]
    if said:
        return ", and ".join(dict.fromkeys(said[:3]))
    first = re.search(r"Because (.+?)(?:,? and you require|,? we can conclude)", plain)
    told = first[1] if first else " and ".join(line.text for line in core) + " do not fit together"
    return told[:300]


def _fits(asks: Asks, lines: Sequence[RequirementLine], solver: Solver) -> bool:
    try:
        solver(asks, lines)
    except NoSolution:
        return False
    return True
