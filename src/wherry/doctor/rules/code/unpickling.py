"""Files from outside that are opened as code: handed on from a view or opened in it."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import handing, usage, visitors
from wherry.findings import Finding
from wherry.project.code.indexing import Call, argument, keyword
from wherry.project.code.model_loading import where
from wherry.project.code.source import Source

_UNPICKLERS: Final = frozenset(
    (
        *("pickle.load", "pickle.loads", "joblib.load", "torch.load", "dill.load", "dill.loads"),
        *("cloudpickle.load", "cloudpickle.loads", "pandas.read_pickle", "yaml.unsafe_load"),
    )
)
_MODULES: Final = ("pickle", "joblib", "torch", "dill", "numpy", "yaml")


def _unpickled(context: Context) -> Iterator[Finding]:
    for source, call in opened(context):
        name = source.resolve(call.node.func)
        yield found(
            "untrusted-file-unpickled",
            source.at(call.node),
            values={"call": name, "where": where(source, call), "code_file": source.path},
        )


def opened(context: Context) -> Iterator[tuple[Source, Call]]:
    """Return the calls that run what a visitor sent."""
    for source in usage.sources(context, *_MODULES):
        for call in source.index.calls:
            function = call.scope.function
            first = argument(call.node, 0)
            if first is None or function is None or not _runs_code(source, call):
                continue
            given = handing.given(context, source, call.scope, uploads=True)
            if visitors.is_upload(first, visitors.of_uploads(function, given)):
                yield source, call


def _runs_code(source: Source, call: Call) -> bool:
    name = source.resolve(call.node.func)
    if name == "torch.load":
        only = keyword(call.node, "weights_only")
        return not (isinstance(only, ast.Constant) and only.value is True)
    if name == "numpy.load":
        allowed = keyword(call.node, "allow_pickle")
        return isinstance(allowed, ast.Constant) and allowed.value is True
    return name in _UNPICKLERS


RULE: Final = Rule("unpickled-uploads", ("untrusted-file-unpickled",), _unpickled)
