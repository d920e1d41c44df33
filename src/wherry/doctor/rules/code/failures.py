"""Failures that are swallowed, or told as success."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage
from wherry.doctor.rules.code.model_files import site_loads
from wherry.findings import Finding
from wherry.project.code.indexing import Scope
from wherry.project.code.loads import Library
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_RESPONSES: Final = frozenset(
    (
        *("JsonResponse", "HttpResponse", "Response", "jsonify", "JSONResponse", "make_response"),
        *("render", "TemplateResponse", "render_template"),
    )
)
# Where the status stands in Django's own: render(request, template, context, type, status).
_STATUS_PLACE: Final = 4
_LOGS: Final = ("log.", "logger.", "logging.", "LOGGER.", "traceback.", "sentry", "capture_")
_TOLD: Final = ("error", "exception", "fail", "wrong", "invalid", "could not", "unable")


def _bare(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source in usage.sources(context, "except:", "except :"):
        for scope in source.index.functions():
            function = scope.function
            handlers = [] if function is None else list(_own_handlers(function))
            for handler in handlers:
                if handler.type is not None or not _says_nothing(handler):
                    continue
                if Moment.REQUEST in reach.scope(source, scope):
                    yield found(
                        "bare-except",
                        source.at(handler),
                        severity=Severity.NOTE,
                        values={"code_file": source.path},
                    )


def _as_success(context: Context) -> Iterator[Finding]:
    code = context.project.code
    for source in usage.sources(context, "except"):
        if not source.mentions(*_RESPONSES, "route("):
            continue
        for scope in source.index.functions():
            function = scope.function
            handlers = [] if function is None else list(_own_handlers(function))
            answers = [_answer(source, one, flask=_is_route(scope)) for one in handlers]
            told = [answer for answer in answers if answer is not None]
            if told and Moment.REQUEST in code.reach.scope(source, scope):
                values = {
                    "where": f"{scope.name}() in {source.path}",
                    "code_file": source.path,
                }
                for answer in told:
                    yield found("error-returned-as-200", source.at(answer), values=values)


def _swallowed(context: Context) -> Iterator[Finding]:
    for load in site_loads(context):
        if load.swallowed and load.library is not Library.KERAS_JSON:
            if Moment.REQUEST in load.moments and not load.moments & {Moment.IMPORT, Moment.READY}:
                continue  # a view that answers with an error: told by another rule
            values = {"where": load.where, "code_file": load.path}
            if load.model is not None and load.model.written:
                values["model"] = load.model.written
            yield found("model-load-error-swallowed", places.of_load(load), values=values)


def _is_route(scope: Scope) -> bool:
    function = scope.function
    return function is not None and any(
        isinstance(item, ast.Call)
        and isinstance(item.func, ast.Attribute)
        and "route" in item.func.attr
        for item in function.decorator_list
    )


def _own_handlers(function: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Return the handlers of a function without those of functions inside it."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.ExceptHandler):
            yield node
        yield from _own_handlers(node)


def _says_nothing(handler: ast.ExceptHandler) -> bool:
    """Whether neither the log nor a caller hears of what was caught."""
    for node in ast.walk(handler):
        if isinstance(node, ast.Raise):
            return False
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            if text.startswith(_LOGS) or text.endswith((".exception", ".error", ".warning")):
                return False
    return True


def _is_text(node: ast.expr) -> bool:
    """Whether Flask sends it as it is: a text, or what str() makes of an error."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "str"
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _answer(source: Source, handler: ast.ExceptHandler, *, flask: bool) -> ast.stmt | None:
    """Return the statement that answers a caught error with 200; None where there is none."""
    if not _broad(handler):
        return None
    for node in handler.body:
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        if flask and _is_text(node.value) and _tells_error(ast.unparse(node).lower(), handler):
            return node
        call = node.value
        if not isinstance(call, ast.Call):
            continue
        if source.resolve(call.func).rpartition(".")[2] not in _RESPONSES:
            continue
        if any(item.arg in ("status", "status_code") for item in call.keywords):
            continue
        if _has_status(source, call):
            continue
        text = ast.unparse(call).lower()
        if _tells_error(text, handler):
            return node
    return None


def _has_status(source: Source, call: ast.Call) -> bool:
    """Whether a status is handed by its place: Response(data, 400)."""
    name = source.resolve(call.func).rpartition(".")[2]
    if name in ("render", "TemplateResponse"):
        return len(call.args) > _STATUS_PLACE
    return len(call.args) > 1 and name.endswith("Response")


def _broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches what the programmer did not foresee."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException") for kind in kinds
    )


def _tells_error(text: str, handler: ast.ExceptHandler) -> bool:
    if handler.name and f"{handler.name})" in text.replace(" ", ""):
        return True
    return any(word in text for word in _TOLD)


BARE: Final = Rule("bare-except", ("bare-except",), _bare)
AS_SUCCESS: Final = Rule("error-as-success", ("error-returned-as-200",), _as_success)
SWALLOWED: Final = Rule("load-error-swallowed", ("model-load-error-swallowed",), _swallowed)
