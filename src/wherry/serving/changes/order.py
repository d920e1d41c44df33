"""One change that somebody asks of a running server, as data that every process of it reads."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from wherry.bundle.manifest import NAME
from wherry.errors import ConfigurationError

# An order is a line of text; whatever is longer was not written by Wherry.
MAX_ORDER_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 4096


class Verb(StrEnum):
    """What is to be done with a model."""

    ADD = "add"
    SWAP = "swap"
    PROMOTE = "promote"
    LABEL = "label"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Order:
    """A change.

    Attributes:
        verb: ADD loads a version beside the others (or a model of a new name), SWAP loads one in
            place of the one that answers by default, PROMOTE makes a loaded version that one,
            LABEL names a version, RETIRE lets a version go, or all of them.
        model: The name that it is served under.
        path: Where the new version is; for ADD and SWAP.
        version: The version meant. For ADD and SWAP: what to call it, None for what its bundle
            says.
        label: The label to give it.
        asked_by: Who wants it, for the log: ``"command"``, ``"folder"`` or a user's name.
        serial: Its place among the orders, given by the ledger; 0 before that.
        undoes: The serial of the order that failed somewhere and that this one takes back.
    """

    verb: Verb
    model: str
    path: Path | None = None
    version: str | None = None
    label: str | None = None
    asked_by: str = "command"
    serial: int = 0
    undoes: int | None = None

    def numbered(self, serial: int) -> "Order":
        """Return the order with its place among the others."""
        return replace(self, serial=serial)

    def to_json(self) -> bytes:
        """Write what ``from_json`` reads."""
        document = {key: value for key, value in asdict(self).items() if value is not None}
        if self.path is not None:
            document["path"] = str(self.path)
        return json.dumps(document).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read an order, as untrusted input.

        Raises:
            ConfigurationError: it is none.
        """
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"An order is not JSON: {error}.") from None
        if not isinstance(document, dict):
            raise ConfigurationError("An order must be a JSON object.")
        order = cls(
            verb=_verb(document.get("verb")),
            model=_name(document.get("model"), "model") or "",
            path=_path(document.get("path")),
            version=_name(document.get("version"), "version") or None,
            label=_name(document.get("label"), "label") or None,
            asked_by=_text(document.get("asked_by"), "asked_by") or "",
            serial=_number(document.get("serial")) or 0,
            undoes=_number(document.get("undoes")),
        )
        order.check()
        return order

    def check(self) -> None:
        """Refuse an order that lacks what its verb needs, or whose names are none.

        Raises:
            ConfigurationError: with what is missing.
        """
        if not self.model:
            raise ConfigurationError(f"An order to {self.verb} needs a model's name.")
        for what, name in (("model", self.model), ("version", self.version), ("label", self.label)):
            _name(name, what)
        if self.verb in (Verb.ADD, Verb.SWAP) and self.path is None:
            raise ConfigurationError(f"An order to {self.verb} needs the path of the new model.")
        if self.verb is Verb.PROMOTE and self.version is None:
            raise ConfigurationError("An order to promote needs the version.")
        if self.verb is Verb.LABEL and (self.version is None or self.label is None):
            raise ConfigurationError("An order to label needs the label and the version.")

    def sentence(self) -> str:
        """Return the order in words, as ``"swap 'digits' for models/digits-2"``."""
        what = f"{self.verb} {self.model!r}"
        if self.version is not None:
            what += f" version {self.version!r}"
        if self.path is not None:
            what += f" from {self.path}"
        if self.label is not None:
            what += f" as {self.label!r}"
        return what


class Outcome(StrEnum):
    """What became of an order in one process."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """What one process has to say of one order.

    ``sentence`` says what was done or why not; ``details`` are measurements by name.
    """

    serial: int
    pid: int
    outcome: Outcome
    sentence: str
    details: Mapping[str, Any]

    def to_json(self) -> bytes:
        """Write what ``from_json`` reads."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read a result.

        Raises:
            ConfigurationError: it is none.
        """
        try:
            document = json.loads(text)
            return cls(
                serial=int(document["serial"]),
                pid=int(document["pid"]),
                outcome=Outcome(document["outcome"]),
                sentence=str(document["sentence"]),
                details=dict(document["details"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(f"A result cannot be read: {error}.") from None


def _verb(value: object) -> Verb:
    try:
        return Verb(str(value))
    except ValueError:
        known = ", ".join(Verb)
        raise ConfigurationError(f"{value!r} is nothing that can be asked: {known}.") from None


def _text(value: object, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value:
        raise ConfigurationError(f"The {what} of an order must be a short text.")
    return value


def _name(value: object, what: str) -> str | None:
    text = _text(value, what)
    if text and not NAME.fullmatch(text):
        raise ConfigurationError(
            f"The {what} {text[:80]!r} may hold letters, digits, '.', '_' and '-' only, "
            "at most 128."
        )
    return text


def _path(value: object) -> Path | None:
    text = _text(value, "path")
    return None if text is None else Path(text)


def _number(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ConfigurationError("The serial of an order must be a whole number.")
    return value
