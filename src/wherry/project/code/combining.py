"""Values made of other values, with all that they may be instead."""

from collections.abc import Callable, Iterable
from typing import Final

from wherry.project.code.values import MISSING, UNKNOWN, Plain, Special, Value

_MOST_OTHERS: Final = 8

NOTHING: Final = Value(UNKNOWN)


def lift(function: Callable[..., Plain], *values: Value) -> Value:
    """Return what the function makes of the values, and of each other thing that one may be."""
    plains = [value.plain for value in values]
    others: list[Plain] = []
    for position, value in enumerate(values):
        others += [
            _apply(function, [*plains[:position], other, *plains[position + 1 :]])
            for other in value.others
        ]
    return Value(
        _apply(function, plains),
        frozenset().union(*(value.variables for value in values)),
        distinct(others),
        all(value.whole for value in values),
    )


def choose(first: Value, *rest: Value, variables: frozenset[str] = frozenset()) -> Value:
    """Return the first value, which depends on variables and may be one of the rest instead."""
    others: list[Plain] = list(first.others)
    for value in rest:
        others += value.possible
    return Value(
        first.plain,
        variables.union(first.variables, *(value.variables for value in rest)),
        distinct(other for other in others if not same(other, first.plain)),
        first.whole,
    )


def either(*values: Value) -> Value:
    """Return one of several values, where nothing tells which."""
    if all(same(value.plain, values[0].plain) for value in values[1:]):
        return choose(*values)
    return choose(NOTHING, *values)


def same(one: Plain, other: Plain) -> bool:
    """Whether two values are alike; True and 1 are not."""
    return type(one) is type(other) and one == other


def distinct(plains: Iterable[Plain]) -> tuple[Plain, ...]:
    """Return the values without repetitions; beyond a handful the rest is unknown."""
    found: list[Plain] = []
    for plain in plains:
        if len(found) == _MOST_OTHERS:
            return (*found[:-1], UNKNOWN)
        if not any(same(plain, earlier) for earlier in found):
            found.append(plain)
    return tuple(found)


def _apply(function: Callable[..., Plain], plains: list[Plain]) -> Plain:
    for plain in plains:
        if isinstance(plain, Special):
            return MISSING if MISSING in plains else UNKNOWN
    try:
        return function(*plains)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        return UNKNOWN
