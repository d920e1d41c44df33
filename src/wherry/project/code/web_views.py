"""What answers requests: views that addresses lead to, and code that frameworks call."""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.project.code.definitions import Definition, Definitions
from wherry.project.code.indexing import Call, Scope, argument
from wherry.project.code.routes import View
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources

_PATHS: Final = frozenset(
    (
        *("django.urls.path", "django.urls.re_path", "django.conf.urls.url"),
        *("django.conf.urls.re_path", "django.urls.conf.path", "ninja.path"),
    )
)
_ROUTE_DECORATORS: Final = frozenset(
    ("route", "get", "post", "put", "patch", "delete", "websocket", "api_route", "errorhandler")
)
_CALLED_PER_REQUEST: Final = frozenset(
    (
        *("before_request", "after_request", "context_processor", "teardown_request", "receiver"),
        *("register.simple_tag", "register.inclusion_tag", "register.filter", "middleware"),
        *("login_required", "csrf_exempt", "api_view", "require_POST", "require_GET", "action"),
        *("require_http_methods", "permission_classes", "staff_member_required", "display"),
        *("never_cache", "cache_page", "xframe_options_exempt", "ensure_csrf_cookie"),
    )
)
_VIEW_BASES: Final = frozenset(
    (
        *("View", "TemplateView", "FormView", "CreateView", "UpdateView", "DeleteView"),
        *("ListView", "DetailView", "RedirectView", "APIView", "GenericAPIView", "ViewSet"),
        *("ModelViewSet", "GenericViewSet", "ReadOnlyModelViewSet", "CreateAPIView"),
        *("ListAPIView", "RetrieveAPIView", "ListCreateAPIView", "Resource", "MethodView"),
        *("ViewSetMixin", "HTTPEndpoint", "BaseView", "LoginView", "RetrieveUpdateAPIView"),
    )
)
_PER_REQUEST_BASES: Final = frozenset(
    (
        *("Form", "ModelForm", "Serializer", "ModelSerializer", "ModelAdmin", "BasePermission"),
        *("WebsocketConsumer", "AsyncWebsocketConsumer", "JsonWebsocketConsumer"),
        *("AsyncJsonWebsocketConsumer", "AsyncConsumer", "BaseAuthentication", "TabularInline"),
    )
)
# One of these is made for the whole process, and its methods are called for each request.
_LASTING_BASES: Final = frozenset(("ModelAdmin", "TabularInline", "Resource"))
_GENERATIONS: Final = 4
# What frameworks call of a mixin's methods.
_HOOKS: Final = frozenset(
    (
        *("__init__", "dispatch", "setup", "initial", "get", "post", "put", "patch", "delete"),
        *("get_context_data", "form_valid", "get_queryset", "perform_create", "perform_update"),
        *("list", "create", "retrieve", "update", "validate", "to_representation", "clean"),
    )
)
_FIRST: Final = ("request", "req")


def views(definitions: Definitions) -> tuple[View, ...]:
    """Return every view, those first that an address leads to."""
    found: dict[tuple[str, str], View] = {}
    for source in _web_sources(definitions.sources):
        for route, definition in _routed(source, definitions):
            found.setdefault(definition.key, _view(definition, route))
    for source in _web_sources(definitions.sources):
        for scope in source.index.scopes:
            definition = Definition(source, scope)
            if definition.key not in found and _looks_like_view(source, scope):
                found[definition.key] = _view(definition, _flask_route(scope))
    return tuple(found.values())


def routed(definitions: Definitions) -> frozenset[tuple[str, str]]:
    """Return what addresses lead to, by file and name."""
    return frozenset(
        definition.key
        for source in definitions.sources.all
        if source.mentions("urlpatterns", ".register(")
        and not definitions.sources.is_test(source.path)
        for _, definition in _routed(source, definitions)
    )


def made_per_request(definitions: Definitions) -> Mapping[tuple[str, str], bool]:
    """Return the classes that instances are made of for each request, and their mixins.

    The value tells whether it is a view (a form, a serializer) by itself, and no mixin of one.
    """
    parents: dict[tuple[str, str], list[Definition]] = {}
    views: set[tuple[str, str]] = set()
    for source in definitions.sources.all:
        if "class " not in source.text or definitions.sources.is_test(source.path):
            continue
        for scope in source.index.classes():
            if not isinstance(scope.node, ast.ClassDef):
                continue
            key = (source.path, scope.name)
            found = (definitions.referred(source, base, scope) for base in scope.node.bases)
            parents[key] = [one for one in found if one is not None and one.key != key]
            if is_view_class(scope.node) and not _bases(scope.node) & _LASTING_BASES:
                views.add(key)
    for _ in range(_GENERATIONS):
        views |= {key for key, above in parents.items() if any(one.key in views for one in above)}
    mixins = set(views)
    for _ in range(_GENERATIONS):
        mixins |= {one.key for key in mixins for one in parents.get(key, ())}
    return {key: key in views for key in mixins}


def is_hook(name: str) -> bool:
    """Whether frameworks call a method of this name of what a view is mixed from."""
    return name in _HOOKS


def answers_requests(source: Source, scope: Scope) -> bool:
    """Whether a framework calls this function while a request is answered."""
    function = scope.function
    if function is None:
        return False
    if _looks_like_view(source, scope) or _decorated(function):
        return True
    owner = scope.owner
    if owner is None:
        return False
    bases = _bases(owner)
    if bases & (_VIEW_BASES | _PER_REQUEST_BASES):
        return True
    if "Model" in bases and function.name in ("save", "delete", "clean"):
        return True
    return function.name == "__call__" and _first_argument(function, 1) in _FIRST


def is_view_class(node: ast.ClassDef) -> bool:
    """Whether an instance of the class is made for each request."""
    return bool(_bases(node) & (_VIEW_BASES | _PER_REQUEST_BASES))


def is_middleware(node: ast.ClassDef) -> bool:
    """Whether the class is made once, with ``get_response``, and called for each request."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
            return any(item.arg == "get_response" for item in inner.args.args)
    return "MiddlewareMixin" in _bases(node)


def _web_sources(sources: Sources) -> Iterator[Source]:
    words = ("request", "path(", "url(", "View", "route(", "Resource", "@app.", "@router.", "@api.")
    for source in sources.all:
        if source.mentions(*words) and not sources.is_test(source.path):
            yield source


def _routed(source: Source, definitions: Definitions) -> Iterator[tuple[str, Definition]]:
    """Return the addresses of a urls.py with what each leads to."""
    for call in source.index.calls:
        name = source.resolve(call.node.func)
        if name not in _PATHS and not name.endswith(".register"):
            continue
        target = argument(call.node, 1, "view", "viewset")
        if target is None:
            continue
        route = argument(call.node, 0, "route", "regex", "prefix")
        definition = _target(source, target, call, definitions)
        if definition is not None:
            yield _text(route), definition


def _target(
    source: Source, node: ast.expr, call: Call, definitions: Definitions
) -> Definition | None:
    """Return what a route's second argument leads to: through as_view() and decorators."""
    for _ in range(4):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
                node = node.func.value
                continue
            if node.args and source.resolve(node.func).rpartition(".")[2] != "include":
                node = node.args[0]
                continue
            return None
        break
    return definitions.referred(source, node, call.scope)


def _view(definition: Definition, route: str | None) -> View:
    scope = definition.scope
    line = scope.node.lineno if scope.node is not None else 1
    framework = _framework(definition.source, scope)
    return View(
        scope.name, definition.source.module, definition.source.path, line, route, framework
    )


def _framework(source: Source, scope: Scope) -> str:
    if _flask_route(scope) is not None:
        roots = {item.root for item in source.imports}
        return "fastapi" if "fastapi" in roots else "flask"
    node = scope.node
    if isinstance(node, ast.ClassDef) and {"APIView", "ViewSet", "ModelViewSet"} & _bases(node):
        return "rest_framework"
    return "django"


def _looks_like_view(source: Source, scope: Scope) -> bool:
    node = scope.node
    if isinstance(node, ast.ClassDef):
        return bool(_bases(node) & _VIEW_BASES)
    if node is None:
        return False
    if _flask_route(scope) is not None:
        return True
    if scope.owner is None and scope.outer is not None and scope.outer.node is None:
        return _first_argument(node, 0) in _FIRST and _knows_django(source)
    return False


def _knows_django(source: Source) -> bool:
    return any(item.root in ("django", "rest_framework", "ninja") for item in source.imports)


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = ast.unparse(target) if isinstance(target, ast.Name | ast.Attribute) else ""
        if name in _CALLED_PER_REQUEST or name.rpartition(".")[2] in _CALLED_PER_REQUEST:
            return True
    return False


def _flask_route(scope: Scope) -> str | None:
    """Return the address that a decorator of Flask or FastAPI gives a function."""
    function = scope.function
    if function is None:
        return None
    for decorator in function.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr in _ROUTE_DECORATORS
            and (decorator.args or decorator.func.attr == "route")
        ):
            return _text(decorator.args[0] if decorator.args else None)
    return None


def _bases(node: ast.ClassDef) -> set[str]:
    found = set()
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.add(inner.attr)
    return found


def _first_argument(node: ast.FunctionDef | ast.AsyncFunctionDef, position: int) -> str:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return arguments[position].arg if position < len(arguments) else ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
