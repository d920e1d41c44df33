"""Loads that work, and are hardly what was meant."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage, versions
from wherry.doctor.rules.code.model_files import site_loads
from wherry.findings import Confidence, Finding
from wherry.project.code.loads import Library, ModelLoad

_ASSIGNED: Final = re.compile(r"^\s*([A-Za-z_]\w*)\s*=")


def _twice(context: Context) -> Iterator[Finding]:
    """Report one file that is loaded as two models of different names."""
    seen: dict[tuple[str, str], tuple[str, ModelLoad]] = {}
    for load in site_loads(context):
        named = _ASSIGNED.match(load.quote)
        if load.model is None or not load.model.path or named is None:
            continue
        key = load.path, load.model.path
        first = seen.setdefault(key, (named[1], load))
        if first[0] != named[1] and first[1].where == load.where:
            yield found(
                "wrong-model-loaded",
                places.of_load(load),
                places.of_load(first[1]),
                confidence=Confidence.MEDIUM,
                values={"model": load.model.written, "code_file": load.path},
            )


def _only_the_interpreter(context: Context) -> Iterator[Finding]:
    """Report TensorFlow where only its LiteRT interpreter is used."""
    if not any(versions.wanted(context, name) for name in ("tensorflow", "tensorflow-cpu")):
        return
    loads = list(site_loads(context))
    lite = [
        load
        for load in loads
        if load.library is Library.LITE and load.call.startswith("tensorflow")
    ]
    if not lite or any(load.library is not Library.LITE for load in loads):
        return
    if any(True for _ in usage.sources(context, "keras")):
        return
    yield found(
        "tensorflow-only-for-inference",
        places.of_load(lite[0]),
        severity=Severity.NOTE,
        values={"code_file": lite[0].path},
    )


TWICE: Final = Rule("same-model-twice", ("wrong-model-loaded",), _twice)
INTERPRETER: Final = Rule(
    "tensorflow-for-its-interpreter", ("tensorflow-only-for-inference",), _only_the_interpreter
)
