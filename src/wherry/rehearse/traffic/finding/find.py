"""``find_requests``: a plan of what can be asked of the app without changing anything."""

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Final

from wherry.findings import Skipped
from wherry.project.code.definitions import Definition
from wherry.project.code.indexing import last_name
from wherry.project.project import Project
from wherry.rehearse.traffic.finding.app_routes import app_routes
from wherry.rehearse.traffic.finding.django_routes import django_routes
from wherry.rehearse.traffic.finding.effects import effect_of_get
from wherry.rehearse.traffic.finding.hosts import allowed_host
from wherry.rehearse.traffic.finding.models import model_requests
from wherry.rehearse.traffic.finding.route import Route
from wherry.rehearse.traffic.planned import Plan, PlannedRequest

SOURCE: Final = "found in the project"
WHERRY_URLS: Final = "wherry.django.urls"
MOST_FOUND: Final = 100

_TELLING: Final = re.compile(
    r"(?:^|[^a-z])(?:log_?-?out|sign_?-?out|delete|destroy|remove|admin|unsubscribe|cancel"
    r"|deactivate|purge|reset|flush|wipe|kill|shutdown|webhooks?|callback|oauth2?|impersonate"
    r"|hijack|clear|revoke|disable|checkout|pay)(?:[^a-z]|$)"
)
_PLACEHOLDER: Final = re.compile(r"[<{]")
# Views of packages that answer GET and change nothing.
_HARMLESS: Final = re.compile(
    r"django\.views\.generic(?:\.base|\.list)?\.(?:TemplateView|RedirectView|ListView)"
    r"|django\.contrib\.auth\.views\.LoginView"
    r"|(?:drf_spectacular|drf_yasg|rest_framework)\.[\w.]*(?:[Ss]chema|Swagger|Redoc)\w*"
    r"|health_check\.[\w.]+"
)
_GIVEN: Final = frozenset(("Request", "Response", "BackgroundTasks", "WebSocket", "HttpRequest"))


def find_requests(project: Project, config_vars: Mapping[str, str]) -> Plan:
    """Return what can be asked: pages that answer GET, and models with their sample inputs.

    Nothing of the project is run or imported. Where nothing is found, its root is asked for.

    Args:
        project: The folder as it was pushed.
        config_vars: The app's, which may name its hosts and the keys of its models.
    """
    code = project.code
    routes = django_routes(code) if code.framework == "django" else app_routes(code)
    requests: list[PlannedRequest] = []
    skipped: list[Skipped] = []
    for route in routes:
        if route.package == WHERRY_URLS:
            asked, left_out = model_requests(project, config_vars, route.path)
            requests += asked
            skipped += left_out
            continue
        reason = _against(project, route)
        if reason:
            skipped.append(Skipped(f"GET {route.path} ({route.where})", reason))
        else:
            requests.append(PlannedRequest("GET", route.path, source=route.where))
    once = _once(requests)
    skipped += [
        Skipped(f"{request.method} {request.path}", f"the first {MOST_FOUND} are enough")
        for request in once[MOST_FOUND:]
    ]
    if not once:
        once = [PlannedRequest("GET", "/", source="nothing else was found")]
    return Plan(tuple(once[:MOST_FOUND]), SOURCE, allowed_host(code, config_vars), tuple(skipped))


def _once(requests: Iterable[PlannedRequest]) -> list[PlannedRequest]:
    """Return the requests without those that ask the same again."""
    seen: dict[tuple[str, str, bytes], PlannedRequest] = {}
    for request in requests:
        seen.setdefault((request.method, request.path, request.body), request)
    return list(seen.values())


def _against(project: Project, route: Route) -> str:
    """Return why an address is left out; "" where nothing speaks against it."""
    if route.unknown:
        return route.unknown
    if _telling_name(route):
        return "its name says that it changes something, or is not for visitors"
    if _PLACEHOLDER.search(route.path):
        return "its path asks for a value"
    if route.view is None:
        if _HARMLESS.fullmatch(route.package):
            return ""
        return f"it is answered by {route.package}, of which it is not known what it does"
    asks = _asks_for(route.view)
    if asks:
        return f"it asks for {asks}"
    return effect_of_get(project.code.definitions, route.view)


def _telling_name(route: Route) -> bool:
    spoken = re.sub(r"([a-z])([A-Z])", r"\1_\2", f"{route.path} {route.name}").lower()
    return bool(_TELLING.search(spoken))


def _asks_for(view: Definition) -> str:
    """Return the first parameter that a FastAPI view takes from the query and cannot do without."""
    function = view.scope.function
    if function is None or not _is_fastapi(view):
        return ""
    arguments = [*function.args.posonlyargs, *function.args.args]
    needed = arguments[: len(arguments) - len(function.args.defaults)]
    for item in needed:
        kind = last_name(item.annotation) if item.annotation is not None else ""
        if kind not in _GIVEN and not _is_injected(item.annotation):
            return item.arg
    return ""


def _is_fastapi(view: Definition) -> bool:
    return any(item.root == "fastapi" for item in view.source.imports)


def _is_injected(annotation: ast.expr | None) -> bool:
    """Whether it is ``Annotated[X, Depends(...)]``, which the framework itself provides."""
    return annotation is not None and any(
        isinstance(inner, ast.Call) and last_name(inner.func) in ("Depends", "Security")
        for inner in ast.walk(annotation)
    )
