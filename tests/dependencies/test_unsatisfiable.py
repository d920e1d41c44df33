"""With a solver that knows which names do not go together, and nothing else."""

from collections.abc import Callable, Iterable

import pytest

from tests.dependencies.lines import lines
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.unsatisfiable import Asks, settle
from wherry.dependencies.uv import NoSolution, Resolved

_BAD: tuple[frozenset[str], ...] = (
    frozenset(("a", "b")),
    frozenset(("c", "d", "e")),
)


def _solver(
    bad: Iterable[frozenset[str]], said: Callable[[frozenset[str]], str]
) -> Callable[[Asks, Iterable[RequirementLine]], tuple[Resolved, ...]]:
    def solve(_: Asks, chosen: Iterable[RequirementLine]) -> tuple[Resolved, ...]:
        names = {line.key for line in chosen}
        for group in bad:
            if group <= names:
                raise NoSolution(said(group))
        return tuple(Resolved(name, "1", None, None) for name in sorted(names))

    return solve


def _asks(text: str) -> Asks:
    return Asks((3, 12), {line: line.text for line in lines(text)})


@pytest.mark.parametrize(
    "said",
    [
        lambda group: f"No solution found: {' and '.join(sorted(group))} do not fit.",
        # Nothing in its words helps, or they are misleading: it is tried anyhow.
        lambda _: "No solution found.",
        lambda _: "No solution found: because f==1 depends on g>=2.",
    ],
)
def test_every_conflict_is_found_in_the_users_lines(said: Callable[[frozenset[str]], str]) -> None:
    outcome = settle(_asks("a==1\nb==1\nc==1\nd==1\ne==1\nf==1\ng==1"), _solver(_BAD, said))
    cores = {frozenset(line.key for line in core) for core, _ in outcome.conflicts}
    assert cores == set(_BAD)
    assert len(outcome.resolved) == 5


def test_lines_that_fit_are_left_alone() -> None:
    outcome = settle(_asks("a==1\nc==1\nd==1"), _solver(_BAD, lambda _: "No solution found."))
    assert outcome.conflicts == ()
    assert [item.name for item in outcome.resolved] == ["a", "c", "d"]


def test_what_comes_along_as_source_is_no_conflict() -> None:
    def solve(asks: Asks, _: Iterable[RequirementLine]) -> tuple[Resolved, ...]:
        if "docopt" not in asks.excludes:
            raise NoSolution("hint: Wheels are required for `docopt` because building is disabled")
        return ()

    outcome = settle(_asks("a==1"), solve)
    assert outcome.conflicts == ()
    assert outcome.excludes == {"docopt"}


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("because b<=2 depends on c>=4 and b==2.1 has no usable wheels", ()),
        ("because b==2.1 has no usable wheels", ("b",)),
        ("because b<=2 has no usable wheels and b>2 depends on c>=4", ("b",)),
    ],
)
def test_one_release_without_a_wheel_hides_no_conflict(said: str, hidden: tuple[str, ...]) -> None:
    hint = "hint: Wheels are required for `b` because building from source is disabled"
    assert NoSolution(f"No solution found: {said}. {hint}").source_only == hidden


def test_the_reason_is_said_in_a_clause() -> None:
    text = (
        "No solution found when resolving dependencies:\n"
        "Because tensorflow==2.12.0 depends on numpy>=1.22,<1.24 and you require a==1, we can "
        "conclude that your requirements are unsatisfiable."
    )
    outcome = settle(_asks("a==1\nb==1"), _solver(_BAD, lambda _: text))
    assert [told for _, told in outcome.conflicts] == ["tensorflow 2.12.0 wants numpy>=1.22,<1.24"]
