"""When a piece of code runs, found by going from it to whatever calls it."""

import ast
from collections.abc import Mapping
from typing import Final

from wherry.project.code import caching, web_views
from wherry.project.code.definitions import Definition, Definitions
from wherry.project.code.imports import Import
from wherry.project.code.indexing import Block, Call, Scope, keyword, last_name
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources

type Moments = frozenset[Moment]

_NEVER: Final[Moments] = frozenset()
_DEEPEST: Final = 12
_TASK_DECORATORS: Final = frozenset(
    ("shared_task", "task", "db_task", "job", "periodic_task", "cron")
)
_STARTERS: Final = frozenset(("Thread", "Process", "Timer"))
_WORKER_HOOKS: Final = frozenset(("post_worker_init", "post_fork"))
_ONCE: Final = frozenset(("SimpleLazyObject", "lru_cache", "cache", "LazyObject", "lazy"))


class Reach:
    """Tells when code runs."""

    def __init__(
        self, sources: Sources, definitions: Definitions, imported: frozenset[str]
    ) -> None:
        self._sources = sources
        self._definitions = definitions
        self._imported = imported
        self._of_scope: dict[tuple[str, str], Moments] = {}
        self._of_module: dict[str, Moments] = {}
        self._calls: dict[str, list[tuple[Source, Call]]] = {}
        self._imported_by: dict[str, list[tuple[Source, Import]]] | None = None
        self._routed: frozenset[tuple[str, str]] | None = None
        self._brief: Mapping[tuple[str, str], bool] | None = None

    def of(self, source: Source, call: Call) -> Moments:
        """Return when a call is made."""
        return self.at(source, call.scope, call.statement, call.blocks)

    def at(
        self, source: Source, scope: Scope, statement: ast.stmt, blocks: tuple[Block, ...]
    ) -> Moments:
        """Return when a statement runs."""
        if _as_script(blocks):
            return frozenset((Moment.COMMAND,))
        moments = self.scope(source, scope)
        if self._keeps(source, scope, statement, blocks):
            moments = _once(moments)
        return moments

    def _keeps(
        self, source: Source, scope: Scope, statement: ast.stmt, blocks: tuple[Block, ...]
    ) -> bool:
        """Whether a result outlasts the request: an attribute of a view's instance does not."""
        if not caching.kept(scope, statement, blocks):
            return False
        return not (self._is_brief(source, scope) and caching.kept_by_instance(statement))

    def _is_brief(self, source: Source, scope: Scope) -> bool:
        """Whether a method's instance is made for one request."""
        return scope.owner is not None and self._instances(source, scope) is not None

    def _instances(self, source: Source, scope: Scope) -> bool | None:
        """Tell a view's method (True) and one of a view's mixin (False); None for any other."""
        if self._brief is None:
            self._brief = web_views.made_per_request(self._definitions)
        outer = scope.outer
        return None if outer is None else self._brief.get((source.path, outer.name))

    def scope(self, source: Source, scope: Scope, depth: int = 0) -> Moments:
        """Return when a function is called, or a module or the body of a class is run."""
        function = scope.function
        if function is None:
            return self.module(source) if scope.outer is None else self._body(source, scope, depth)
        key = (source.path, scope.name)
        if key not in self._of_scope:
            self._of_scope[key] = _NEVER  # what a function that calls itself adds
            if depth > _DEEPEST:
                return _NEVER
            # Who else calls a view tells nothing new.
            found = self._by_framework(source, scope, function) or self._by_callers(
                source, scope, depth
            )
            brief = caching.by_instance(function) and self._is_brief(source, scope)
            kept = caching.decorated(function) and not brief
            self._of_scope[key] = _once(found) if kept else found
        return self._of_scope[key]

    def module(self, source: Source) -> Moments:
        """Return when a module is imported."""
        if source.path in self._imported:
            return frozenset((Moment.IMPORT,))
        if source.path not in self._of_module:
            self._of_module[source.path] = _NEVER
            self._of_module[source.path] = self._by_importers(source)
        return self._of_module[source.path]

    def _body(self, source: Source, scope: Scope, depth: int) -> Moments:
        outer = scope.outer
        return _NEVER if outer is None else self.scope(source, outer, depth + 1)

    def _by_importers(self, source: Source) -> Moments:
        """Return when functions run that import a module late, once since imports are kept."""
        found: set[Moment] = set()
        for other, item in self._importers().get(source.path, ()):
            if item.top_level and not item.guarded:
                if other.path not in self._imported:
                    found |= _once(self.module(other))
                continue
            for statement, scope, blocks in other.index.statements:
                if statement.lineno == item.line and isinstance(
                    statement, ast.Import | ast.ImportFrom
                ):
                    found |= _once(self.at(other, scope, statement, blocks))
        return frozenset(found)

    def _importers(self) -> dict[str, list[tuple[Source, Import]]]:
        """Return who imports each file, tests apart."""
        if self._imported_by is None:
            self._imported_by = {}
            for other in self._sources.all:
                if self._sources.is_test(other.path):
                    continue
                for item in other.imports:
                    if item.local and not item.type_checking:
                        for name in (item.module, f"{item.module}.{item.name}"):
                            path = self._sources.meant(name)
                            if path is not None and path != other.path:
                                self._imported_by.setdefault(path, []).append((other, item))
        return self._imported_by

    def _by_framework(
        self, source: Source, scope: Scope, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Moments:
        if self._sources.is_test(source.path):
            return _NEVER
        owner = scope.owner
        if owner is not None and function.name == "ready" and _is_app_config(owner):
            return frozenset((Moment.READY,))
        if function.name in _WORKER_HOOKS and source.path.rpartition("/")[2].startswith("gunicorn"):
            return frozenset((Moment.WORKER,))
        if function.name == "handle" and "management/commands" in source.path:
            return frozenset((Moment.COMMAND,))
        if _is_task(function):
            return frozenset((Moment.BACKGROUND,))
        if self._of_a_view(source, scope, function.name):
            return frozenset((Moment.REQUEST,))
        if owner is not None and function.name in ("__init__", "__new__"):
            return self._made_by_framework(owner)
        if web_views.answers_requests(source, scope) or self._is_routed(source, scope):
            return frozenset((Moment.REQUEST,))
        if _runs_at_start(function):
            return frozenset((Moment.IMPORT,))
        return _NEVER

    def _of_a_view(self, source: Source, scope: Scope, name: str) -> bool:
        """Whether it is a method of a view, or one of its mixin that frameworks call."""
        view = self._instances(source, scope) if scope.owner is not None else None
        return bool(view) or (view is False and web_views.is_hook(name))

    def _is_routed(self, source: Source, scope: Scope) -> bool:
        """Whether an address leads to a function, or to the class that it is a method of."""
        if self._routed is None:
            self._routed = web_views.routed(self._definitions)
        if (source.path, scope.name) in self._routed:
            return True
        outer = scope.outer
        return outer is not None and (source.path, outer.name) in self._routed

    def _made_by_framework(self, owner: ast.ClassDef) -> Moments:
        if web_views.is_view_class(owner):
            return frozenset((Moment.REQUEST,))
        return frozenset((Moment.IMPORT,)) if web_views.is_middleware(owner) else _NEVER

    def _by_callers(self, source: Source, scope: Scope, depth: int) -> Moments:
        """Return when the callers run."""
        found: set[Moment] = set()
        target = Definition(source, scope)
        name = scope.name.rpartition(".")[2]
        if name in ("__init__", "__new__", "__call__", "__enter__") and scope.outer is not None:
            if scope.outer.node is None:
                return _NEVER
            target = Definition(source, scope.outer)
            name = scope.outer.node.name
        for other, call in self._calling(name):
            role = self._role(other, call, target, name)
            if not role:
                continue
            moments = (
                frozenset((Moment.COMMAND,))
                if _as_script(call.blocks)
                else self.scope(other, call.scope, depth + 1)
            )
            if role == "later" and moments - {Moment.COMMAND}:
                moments = frozenset((Moment.BACKGROUND,))
            if role == "once" and moments - {Moment.COMMAND}:
                moments = frozenset((Moment.FIRST_REQUEST,))
            if self._keeps(other, call.scope, call.statement, call.blocks):
                moments = _once(moments)
            found |= moments
        return frozenset(found)

    def _calling(self, name: str) -> list[tuple[Source, Call]]:
        """Return the calls that mention a name, as what is called or as an argument."""
        if name not in self._calls:
            found = []
            for source in self._sources.all:
                if name in source.text and not self._sources.is_test(source.path):
                    index = source.index
                    calls = [*index.by_callee.get(name, ()), *index.by_argument.get(name, ())]
                    found += [(source, call) for call in dict.fromkeys(calls)]
            self._calls[name] = found
        return self._calls[name]

    def _role(self, source: Source, call: Call, target: Definition, name: str) -> str:
        """Return how a call reaches the function: "now", "later", "once", or "" for not at all."""
        if last_name(call.node.func) == name:
            found = self._definitions.called(source, call)
            if found is not None and found.key == target.key:
                return "now"
            return "now" if found is not None and self._inherits(found, target) else ""
        for argument in (*call.node.args, *(item.value for item in call.node.keywords)):
            if last_name(argument) != name:
                continue
            found = self._definitions.referred(source, argument, call.scope)
            if found is None or found.key != target.key:
                continue
            last = last_name(call.node.func)
            if last in _STARTERS or keyword(call.node, "target") is argument:
                return "later"
            if last in _ONCE:
                return "once"
            # What is handed over at the top of a module is called by a framework, or never.
            return "now" if call.scope.function is not None else ""
        return ""

    def _inherits(self, found: Definition, target: Definition) -> bool:
        """Whether making an instance of one class runs what another one defines."""
        node = found.scope.node
        if not isinstance(node, ast.ClassDef):
            return False
        for base in node.bases:
            parent = self._definitions.referred(found.source, base, found.scope)
            if parent is not None and parent.key == target.key:
                return True
        return False


def _once(moments: Moments) -> Moments:
    return frozenset(
        Moment.FIRST_REQUEST if moment is Moment.REQUEST else moment for moment in moments
    )


def _as_script(blocks: tuple[Block, ...]) -> bool:
    for block in blocks:
        if isinstance(block.node, ast.If) and block.part == "body":
            test = block.node.test
            if isinstance(test, ast.Compare) and "__name__" in ast.unparse(test.left):
                return True
    return False


def _is_app_config(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2].endswith("Config") for base in node.bases)


def _is_task(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if last_name(target) in _TASK_DECORATORS:
            return True
    return False


def _runs_at_start(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether Flask or FastAPI call it once, before the first request."""
    for decorator in node.decorator_list:
        text = ast.unparse(decorator)
        if "on_event" in text and "startup" in text:
            return True
        if last_name(decorator) in ("before_first_request", "asynccontextmanager"):
            return True
    return False
