"""Counts what was found, missed and wrongly said."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

MIN_RECALL = 0.97
MIN_PRECISION = 0.98
NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that must be said.

    Attributes:
        names: The causes that say it; the first is the one that is meant.
        error: Whether it counts for recall on errors.
    """

    names: tuple[str, ...]
    error: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case.

    Attributes:
        missed: What had to be said and was not.
        wrong: What was said and must not have been.
        said: How many things were said in all.
        wanted: How many errors had to be said.
    """

    name: str
    missed: tuple[Wanted, ...]
    wrong: tuple[str, ...]
    said: int
    wanted: int

    @property
    def missed_errors(self) -> int:
        """How many errors were not said."""
        return sum(item.error for item in self.missed)


def judge(
    name: str, wanted: Sequence[Wanted], said: Sequence[str], acceptable: Collection[str]
) -> Outcome:
    """Compare what was said of a case with what had to be."""
    allowed = {*acceptable, *(each for item in wanted for each in item.names)}
    return Outcome(
        name=name,
        missed=tuple(item for item in wanted if not set(item.names) & set(said)),
        wrong=tuple(each for each in said if each not in allowed),
        said=len(said),
        wanted=sum(item.error for item in wanted),
    )


@dataclass(slots=True)
class Table:
    """All cases of one kind."""

    title: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Which part of the errors was said."""
        wanted = sum(item.wanted for item in self.outcomes)
        return 1 - sum(item.missed_errors for item in self.outcomes) / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        """Which part of all that was said is right."""
        said = sum(item.said for item in self.outcomes)
        return 1 - sum(len(item.wrong) for item in self.outcomes) / said if said else 1.0

    @property
    def reached(self) -> bool:
        """Whether both bars are reached."""
        return self.recall >= MIN_RECALL and self.precision >= MIN_PRECISION

    def lines(self) -> Iterable[str]:
        """Say what was confused with what, and how often."""
        whole = sum(not (item.missed or item.wrong) for item in self.outcomes)
        wanted, said = (sum(getattr(i, key) for i in self.outcomes) for key in ("wanted", "said"))
        yield (
            f"{self.title}: {len(self.outcomes)} cases, {whole} without a mistake; recall on "
            f"{wanted} errors {self.recall:.1%} (asked: {MIN_RECALL:.0%}), precision of {said} "
            f"findings {self.precision:.1%} (asked: {MIN_PRECISION:.0%})"
        )
        confused = Counter(pair for item in self.outcomes for pair in _confused(item))
        for (meant, instead), times in sorted(confused.items()):
            yield f"  {times:3} x {meant:40} {instead}"
        for item in self.outcomes:
            if item.missed or item.wrong:
                missed = ", ".join(each.names[0] for each in item.missed)
                yield f"  {item.name}: missed [{missed}], wrong [{', '.join(item.wrong)}]"


def _confused(outcome: Outcome) -> Iterable[tuple[str, str]]:
    """Pair what was missed in a case with what was wrongly said there, as far as both go."""
    missed = [item.names[0] for item in outcome.missed]
    length = max(len(missed), len(outcome.wrong))
    rest = [NOTHING] * length
    return zip((missed + rest)[:length], ([*outcome.wrong, *rest])[:length], strict=True)
