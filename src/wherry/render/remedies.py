"""What to do: a cause's remedies that fit here, filled with what was found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wherry.causes.cause import Cause, Remedy
from wherry.causes.filling import fill
from wherry.masking import mask

type Values = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One way out, in the words of this project.

    Attributes:
        edits: Files, and the lines that they should hold.
    """

    text: str
    needs: str
    edits: tuple[tuple[str, str], ...]
    commands: tuple[str, ...]


def steps(
    cause: Cause,
    values: Values,
    families: Iterable[str] | None = None,
    python: tuple[int, int] | None = None,
) -> tuple[Step, ...]:
    """Return the remedies that the platform and the Python allow, for all that was found.

    Where one cause was found several times, a command or an edit that names the thing found is
    given once for each.
    """
    shared = common(values)
    offered = cause.offered(None if families is None else frozenset(families), python)
    return tuple(_step(remedy, shared, values) for remedy in offered)


def common(values: Values) -> dict[str, str]:
    """Return the values that all of them agree on."""
    if not values:
        return {}
    first, *others = values
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }


def check_commands(cause: Cause, values: Values) -> tuple[str, ...]:
    """Return what to type to see that it is gone."""
    return _each(cause.check.commands, values)


def _step(remedy: Remedy, shared: Mapping[str, str], values: Values) -> Step:
    edits: dict[str, dict[str, None]] = {}
    for edit in remedy.edits:
        for given in values or ({},):
            file, text = (mask(fill(part, given)) for part in (edit.file, edit.text))
            edits.setdefault(file, {})[text] = None
    return Step(
        text=mask(fill(remedy.text, shared)),
        needs=mask(fill(remedy.needs, shared)),
        edits=tuple((file, "\n".join(texts)) for file, texts in edits.items()),
        commands=_each(remedy.commands, values),
    )


def _each(templates: Iterable[str], values: Values) -> tuple[str, ...]:
    filled = (mask(fill(text, given)) for text in templates for given in values or ({},))
    return tuple(dict.fromkeys(filled))
