"""What a symptom is: a code or a line that several causes produce."""

from dataclasses import dataclass

from wherry.causes.sources import Source


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cause that may be behind a symptom.

    Attributes:
        cause: Its name.
        settled_by: What is seen when it is this one.
    """

    cause: str
    settled_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What the platform says, before anyone knows why.

    Attributes:
        code: As the platform or program writes it: ``R10``, ``exit-137``.
        title: What it means, in one line.
        meaning: A short paragraph: what it tells, what it does not, and the trap in it.
        candidates: Likeliest first.
        looks_like: Log lines as they really look.
        platforms: Where it is said, as in ``Platform.families``; None for everywhere.
    """

    code: str
    title: str
    meaning: str
    candidates: tuple[Candidate, ...]
    looks_like: tuple[str, ...]
    sources: tuple[Source, ...]
    platforms: frozenset[str] | None = None
    aliases: tuple[str, ...] = ()
