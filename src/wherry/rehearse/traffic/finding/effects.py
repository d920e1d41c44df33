"""Whether a view changes anything, or never ends, when it answers GET: as far as its code tells."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.project.code.definitions import Definition, Definitions
from wherry.project.code.indexing import Block, Call, Scope, argument, last_name

_DEEPEST: Final = 3
_METHODS_TEXT: Final = """
save bulk_create update_or_create get_or_create bulk_update delete send_mail send_mass_mail
mail_admins mail_managers delay apply_async send_task enqueue unlink rmtree commit executemany
publish call_command write_text write_bytes to_pickle to_sql
"""
_METHODS: Final = frozenset(_METHODS_TEXT.split())
# Words that sets and dictionaries know too: they count on a manager or a queryset.
_OF_ROWS: Final = frozenset(("create", "update", "add", "remove", "clear", "set"))
_CALLS_TEXT: Final = """
os.remove os.rename os.replace os.system os.kill shutil.move
django.contrib.auth.login django.contrib.auth.logout flask_login.login_user
flask_login.logout_user subprocess.run subprocess.Popen subprocess.call subprocess.check_call
subprocess.check_output joblib.dump pickle.dump json.dump torch.save numpy.save numpy.savez
requests.post requests.put requests.patch requests.delete
httpx.post httpx.put httpx.patch httpx.delete
"""
_CALLS: Final = frozenset(_CALLS_TEXT.split())
_STREAMS: Final = frozenset(("StreamingHttpResponse", "StreamingResponse", "EventSourceResponse"))
_LIVE: Final = ("text/event-stream", "multipart/x-mixed-replace")
_HTTP: Final = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
_READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_GENERIC_TEXT: Final = """
TemplateView ListView FormView CreateView RedirectView ArchiveIndexView ListAPIView
ListCreateAPIView ModelViewSet ReadOnlyModelViewSet ListModelMixin
"""
_GENERIC: Final = frozenset(_GENERIC_TEXT.split())
_ANSWERING: Final = ("dispatch", "get", "list", "get_context_data", "get_queryset", "get_object")


def effect_of_get(definitions: Definitions, view: Definition) -> str:
    """Return why a view had better not be asked; "" where nothing speaks against it."""
    if not isinstance(view.scope.node, ast.ClassDef):
        if not _takes_get(view.scope):
            return "it answers no GET"
        return _effect(definitions, view, 0, set())
    if not _class_answers(definitions, view):
        return "it answers no GET"
    for name in _ANSWERING:
        method = definitions.member(view, name)
        if method is not None:
            told = _effect(definitions, method, 0, set())
            if told:
                return told
    return ""


def _class_answers(definitions: Definitions, view: Definition) -> bool:
    if any(definitions.member(view, name) is not None for name in ("get", "list", "dispatch")):
        return True
    node = view.scope.node
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    for base in bases:
        if last_name(base) in _GENERIC:
            return True
        parent = definitions.referred(view.source, base, view.scope)
        if parent is not None and parent.key != view.key and _class_answers(definitions, parent):
            return True
    return False


def _takes_get(scope: Scope) -> bool:
    """Whether the decorators let GET through."""
    function = scope.function
    for decorator in function.decorator_list if function is not None else ():
        call = decorator if isinstance(decorator, ast.Call) else None
        name = last_name(call.func if call is not None else decorator)
        if name == "require_POST":
            return False
        methods = frozenset[str]().union(*map(_texts, call.args)) if call is not None else None
        # require_http_methods(["POST"]), api_view(["POST"]), and decorators of one's own like them.
        if methods and methods <= _HTTP and "GET" not in methods:
            return False
    return True


def _effect(definitions: Definitions, view: Definition, depth: int, seen: set[str]) -> str:
    scope, source = view.scope, view.source
    key = f"{source.path}:{scope.name}"
    if key in seen or depth > _DEEPEST or scope.function is None:
        return ""
    seen.add(key)
    end = _last_line_of_get(scope.function)
    for call in source.index.calls:
        if call.scope is not scope or call.node.lineno > end or not _runs_on_get(call.blocks):
            continue
        told = _told(source.resolve(call.node.func), call)
        if told:
            return f"{told} at {source.path}:{call.node.lineno}"
        inner = definitions.called(source, call)
        if inner is not None and inner.scope.function is not None:
            told = _effect(definitions, inner, depth + 1, seen)
            if told:
                return told
    return ""


def _told(full: str, call: Call) -> str:
    """Return what a call says against asking; "" where it says nothing."""
    if last_name(call.node.func) in _STREAMS or any(map(_is_live, call.node.keywords)):
        return "its answer is a stream, which may have no end,"
    name = "open" if full == "open" and _writes(call) else _telling(full, call)
    return f"its view calls {name}()" if name else ""


def _is_live(given: ast.keyword) -> bool:
    """Whether a keyword names the type of an answer that goes on and on."""
    value = given.value
    return (
        isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and value.value.startswith(_LIVE)
    )


def _writes(call: Call) -> bool:
    mode = argument(call.node, 1, "mode")
    return isinstance(mode, ast.Constant) and bool(set(str(mode.value)) & set("wax+"))


def _telling(full: str, call: Call) -> str:
    """Return a call's name where it changes something."""
    if full in _CALLS:
        return full
    function = call.node.func
    last = last_name(function)
    if isinstance(function, ast.Attribute):
        if last in _METHODS:
            return last
        if last in _OF_ROWS and _are_rows(function.value):
            return last
    return last if full.rpartition(".")[2] in ("send_mail", "call_command") else ""


def _are_rows(owner: ast.expr) -> bool:
    """Whether an expression leads to rows of a table: ``Note.objects.filter(...)``."""
    return any(
        isinstance(inner, ast.Attribute)
        and (inner.attr in ("objects", "filter", "exclude") or inner.attr.endswith("_set"))
        for inner in ast.walk(owner)
    )


def _runs_on_get(blocks: tuple[Block, ...]) -> bool:
    for block in blocks:
        if not isinstance(block.node, ast.If | ast.IfExp):
            continue
        methods = _methods_of(block.node.test)
        if methods is None:
            continue
        if block.part == "body" and not methods & _READING:
            return False
        if block.part == "orelse" and "GET" in methods:
            return False
    return True


def _last_line_of_get(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the line behind which a GET has been answered: ``if method != "POST": return``."""
    for statement in function.body:
        if not isinstance(statement, ast.If) or not statement.body:
            continue
        methods = _methods_of(statement.test)
        ends = isinstance(statement.body[-1], ast.Return | ast.Raise)
        if methods is not None and "GET" in methods and ends:
            return statement.end_lineno or statement.lineno
    return 10**9


def _methods_of(test: ast.expr) -> frozenset[str] | None:
    """Return the methods for which a condition can hold; None where it is not about them."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return next(filter(None, map(_methods_of, test.values)), None)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0])
    if isinstance(test, ast.Call) and last_name(test.func) in ("is_valid", "validate_on_submit"):
        return frozenset(("POST",))  # a form without data is not valid
    if isinstance(test, ast.Attribute) and test.attr in ("POST", "FILES"):
        return frozenset(("POST",))
    return None


def _compared(left: ast.expr, operation: ast.cmpop, right: ast.expr) -> frozenset[str] | None:
    if isinstance(left, ast.Constant):
        left, right = right, left
    if last_name(left) != "method":
        return None
    named = _texts(right)
    if not named:
        return None
    if isinstance(operation, ast.Eq | ast.In):
        return named
    others = _HTTP - named
    return others if isinstance(operation, ast.NotEq | ast.NotIn) else None


def _texts(node: ast.expr) -> frozenset[str]:
    return frozenset(_each_text(node))


def _each_text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.upper()
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for element in node.elts:
            yield from _each_text(element)
