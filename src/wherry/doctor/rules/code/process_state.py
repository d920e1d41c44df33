"""What visitors send, kept where others see it or where it is run."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage
from wherry.findings import Finding
from wherry.project.code.indexing import Scope, argument, keyword
from wherry.project.code.model_loading import where
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_UNPICKLERS: Final = frozenset(
    (
        *("pickle.load", "pickle.loads", "joblib.load", "torch.load", "dill.load", "dill.loads"),
        *("cloudpickle.load", "cloudpickle.loads", "pandas.read_pickle", "yaml.unsafe_load"),
    )
)
_UPLOADS: Final = ("request.FILES", "request.files", "request.body", "request.data")


def _globals(context: Context) -> Iterator[Finding]:
    """Report a global that one view fills from its request and another one reads."""
    for source in usage.sources(context, "global "):
        seen: set[str] = set()
        for scope in source.index.functions():
            for node, name in _filled(source, scope):
                if name not in seen and _is_shared(context, source, scope, name):
                    seen.add(name)
                    yield found(
                        "state-in-process-memory",
                        source.at(node),
                        values={"name": name, "code_file": source.path},
                    )


def _is_shared(context: Context, source: Source, scope: Scope, name: str) -> bool:
    """Whether requests fill a global, and other requests read it in another view."""
    reach = context.project.code.reach
    readers = [
        view for view in source.index.functions() if view is not scope and _reads(view, name)
    ]
    return Moment.REQUEST in reach.scope(source, scope) and any(
        Moment.REQUEST in reach.scope(source, view) for view in readers
    )


def _filled(source: Source, scope: Scope) -> Iterator[tuple[ast.stmt, str]]:
    function = scope.function
    if function is None:
        return
    names = {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }
    for statement, inner, _ in source.index.statements:
        if inner is not scope or not isinstance(statement, ast.Assign):
            continue
        if not any(
            isinstance(node, ast.Name) and node.id == "request"
            for node in ast.walk(statement.value)
        ):
            continue
        for target in statement.targets:
            if isinstance(target, ast.Name) and target.id in names:
                yield statement, target.id


def _reads(scope: Scope, name: str) -> bool:
    function = scope.function
    return function is not None and any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(function)
    )


def _unpickled(context: Context) -> Iterator[Finding]:
    for source in usage.sources(context, *_UPLOADS):
        for call in source.index.calls:
            name = source.resolve(call.node.func)
            allowed = keyword(call.node, "allow_pickle")
            arrays = (
                name == "numpy.load" and isinstance(allowed, ast.Constant) and allowed.value is True
            )
            first = argument(call.node, 0)
            if (name not in _UNPICKLERS and not arrays) or first is None:
                continue
            if any(word in ast.unparse(first) for word in _UPLOADS):
                yield found(
                    "untrusted-file-unpickled",
                    source.at(call.node),
                    values={"call": name, "where": where(source, call), "code_file": source.path},
                )


GLOBALS: Final = Rule("globals-between-requests", ("state-in-process-memory",), _globals)
UNPICKLED: Final = Rule("unpickled-uploads", ("untrusted-file-unpickled",), _unpickled)
