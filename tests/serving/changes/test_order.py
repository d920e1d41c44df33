"""Orders as data: written, read, and refused where they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from wherry.errors import ConfigurationError
from wherry.serving.changes.order import MAX_TEXT, Order, Outcome, Result, Verb

SWAP = Order(Verb.SWAP, "digits", path=Path("/models/2"), version="2", asked_by="ann", serial=7)


@pytest.mark.parametrize(
    "order",
    [
        SWAP,
        Order(Verb.ADD, "digits", path=Path("a b/ü"), label="canary"),
        Order(Verb.PROMOTE, "digits", version="3"),
        Order(Verb.LABEL, "digits", version="3", label="stable"),
        Order(Verb.RETIRE, "digits", undoes=4),
    ],
)
def test_what_is_written_is_read(order: Order) -> None:
    """In every field."""
    assert Order.from_json(order.to_json()) == order
    order.check()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verb": "drop"}, "nothing that can be asked"),
        ({"verb": None}, "nothing that can be asked"),
        ({"model": "../etc"}, "letters, digits"),
        ({"model": ""}, "needs a model's name"),
        ({"model": None}, "needs a model's name"),
        ({"model": 5}, "must be a short text"),
        ({"version": "a/b"}, "letters, digits"),
        ({"label": "x\n"}, "letters, digits"),
        ({"path": None}, "needs the path"),
        ({"path": "x" * (MAX_TEXT + 1)}, "must be a short text"),
        ({"path": "a\0b"}, "must be a short text"),
        ({"path": ["a"]}, "must be a short text"),
        ({"serial": -1}, "whole number"),
        ({"serial": 1.5}, "whole number"),
        ({"serial": True}, "whole number"),
        ({"undoes": "3"}, "whole number"),
    ],
)
def test_what_is_no_order_is_refused_with_a_sentence(changed: dict[str, Any], said: str) -> None:
    """Whoever could write into the folder may have made a mistake."""
    document = {**json.loads(SWAP.to_json()), **changed}
    with pytest.raises(ConfigurationError, match=said):
        Order.from_json(json.dumps(document).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"3", b"{", b"\xff\xfe", b"{}", b"null"])
def test_what_is_no_json_object_is_refused(text: bytes) -> None:
    """Never with another error."""
    with pytest.raises(ConfigurationError):
        Order.from_json(text)


@pytest.mark.parametrize(
    "order",
    [
        Order(Verb.ADD, "digits"),
        Order(Verb.SWAP, "digits", version="2"),
        Order(Verb.PROMOTE, "digits"),
        Order(Verb.LABEL, "digits", version="2"),
        Order(Verb.LABEL, "digits", label="stable"),
        Order(Verb.RETIRE, ""),
    ],
)
def test_order_that_lacks_something_is_refused(order: Order) -> None:
    """Before anybody follows it."""
    with pytest.raises(ConfigurationError):
        order.check()


def test_order_in_words() -> None:
    """As the log and the admin say it."""
    assert SWAP.sentence() == "swap 'digits' version '2' from /models/2"
    label = Order(Verb.LABEL, "digits", version="3", label="stable")
    assert label.sentence() == "label 'digits' version '3' as 'stable'"


def test_result_is_read_as_written() -> None:
    """With its measurements; anything else is refused."""
    result = Result(7, 123, Outcome.DONE, "Done.", {"load_s": 0.5})
    assert Result.from_json(result.to_json()) == result
    for text in (b"", b"{}", b"[]", b'{"serial": 1, "pid": 2, "outcome": "perhaps"}'):
        with pytest.raises(ConfigurationError):
            Result.from_json(text)
