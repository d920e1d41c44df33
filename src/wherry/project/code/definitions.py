"""Which definition of the project a name in the code leads to."""

import ast
from dataclasses import dataclass
from functools import cached_property

from wherry.project.code.indexing import Call, Scope, dotted
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources

_DEEPEST = 8
# Methods that so many classes have that the name alone says nothing.
_COMMON = frozenset(
    (
        *("get", "post", "put", "patch", "delete", "save", "create", "update", "filter", "all"),
        *("run", "read", "write", "open", "close", "append", "add", "pop", "items", "keys", "join"),
        *(
            "format",
            "split",
            "strip",
            "lower",
            "encode",
            "decode",
            "copy",
            "fit",
            "predict",
            "start",
        ),
        *("load", "load_model", "transform", "compile", "call", "send", "exists", "count", "index"),
        *("first", "last", "remove", "insert", "sort", "render", "validate", "is_valid", "clean"),
    )
)


@dataclass(frozen=True, eq=False, slots=True)
class Definition:
    """A function or a class of the project."""

    source: Source
    scope: Scope

    @property
    def key(self) -> tuple[str, str]:
        """What it is told apart by."""
        return self.source.path, self.scope.name


@dataclass(frozen=True, eq=False)
class Definitions:
    """All definitions of the project, found by full name."""

    sources: Sources

    def named(self, full: str, depth: int = 0) -> Definition | None:
        """Return the definition of a full dotted name, followed through re-exports."""
        if full not in self._named:
            self._named[full] = None  # what a name that leads to itself is
            self._named[full] = self._find(full, depth)
        return self._named[full]

    @cached_property
    def _named(self) -> dict[str, Definition | None]:
        return {}

    def _find(self, full: str, depth: int) -> Definition | None:
        located = self.sources.locate(full)
        if located is None or depth > _DEEPEST:
            return None
        source, rest = located
        if not rest:
            return None
        scope = source.index.by_name.get(rest)
        if scope is not None and scope.node is not None:
            return Definition(source, scope)
        first, _, tail = rest.partition(".")
        target = source.names.get(first)
        if target is not None and target != f"{source.module}.{first}":
            return self.named(f"{target}.{tail}" if tail else target, depth + 1)
        made = self._made(source, first)
        if made is not None and tail:
            return self.member(made, tail)
        for star in source.stars:
            if self.sources.module(star) is not None:
                found = self.named(f"{star}.{rest}", depth + 1)
                if found is not None:
                    return found
        return None

    def called(self, source: Source, call: Call) -> Definition | None:
        """Return what a call leads to in the project; None where it leads out of it."""
        if call not in self._called:
            self._called[call] = self.referred(source, call.node.func, call.scope)
        return self._called[call]

    @cached_property
    def _called(self) -> dict[Call, Definition | None]:
        return {}

    def referred(self, source: Source, node: ast.expr, scope: Scope) -> Definition | None:
        """Return what an expression refers to."""
        if isinstance(node, ast.Name):
            return self._by_name(source, node.id, scope)
        if isinstance(node, ast.Attribute):
            return self._by_attribute(source, node, scope)
        return None

    def _by_name(self, source: Source, name: str, scope: Scope) -> Definition | None:
        inner: Scope | None = scope
        while inner is not None:
            if not isinstance(inner.node, ast.ClassDef):
                full = f"{inner.name}.{name}" if inner.name else name
                found = source.index.by_name.get(full)
                if found is not None and found.node is not None:
                    return Definition(source, found)
            inner = inner.outer
        bound = source.names.get(name)
        if bound is not None:
            return self.named(bound)
        return self.named(f"{source.module}.{name}") if source.stars else None

    def _by_attribute(self, source: Source, node: ast.Attribute, scope: Scope) -> Definition | None:
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id in ("self", "cls"):
            return self._of_self(source, node.attr, scope)
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name | ast.Attribute):
            made = self.referred(source, owner.func, scope)
            if made is not None and isinstance(made.scope.node, ast.ClassDef):
                return self.member(made, node.attr)
        full = source.resolve(node)
        found = self.named(full) if full else None
        if found is not None:
            return found
        typed = self._typed(source, owner, scope)
        if typed is not None:
            return self.member(typed, node.attr)
        return self._only(node.attr)

    def _of_self(self, source: Source, name: str, scope: Scope) -> Definition | None:
        inner: Scope | None = scope
        while inner is not None and not isinstance(inner.node, ast.ClassDef):
            inner = inner.outer
        return None if inner is None else self.member(Definition(source, inner), name)

    def member(self, owner: Definition, name: str, depth: int = 0) -> Definition | None:
        """Return a method of a class, or of the classes that it is made from."""
        found = owner.source.index.by_name.get(f"{owner.scope.name}.{name}")
        if found is not None:
            return Definition(owner.source, found)
        if isinstance(owner.scope.node, ast.ClassDef) and depth < _DEEPEST:
            for base in owner.scope.node.bases:
                parent = self.referred(owner.source, base, owner.scope)
                if parent is not None and parent.key != owner.key:
                    inherited = self.member(parent, name, depth + 1)
                    if inherited is not None:
                        return inherited
        return None

    def _typed(self, source: Source, owner: ast.expr, scope: Scope) -> Definition | None:
        """Return the class of which a name or ``self.name`` was made an instance."""
        if not isinstance(owner, ast.Name | ast.Attribute):
            return None
        for made_by in source.index.made_by.get(dotted(owner), ()):
            made = self._direct(source, made_by, scope)
            if made is not None and isinstance(made.scope.node, ast.ClassDef):
                return made
        return None

    def _direct(self, source: Source, node: ast.expr, scope: Scope) -> Definition | None:
        """Return what a plain name refers to, without asking what made its parts."""
        if isinstance(node, ast.Name):
            return self._by_name(source, node.id, scope)
        full = source.resolve(node)
        return self.named(full) if full else None

    def _made(self, source: Source, name: str) -> Definition | None:
        return (
            self._typed(source, ast.Name(name, ast.Load()), source.index.scopes[0])
            if (source.index.scopes)
            else None
        )

    def _only(self, name: str) -> Definition | None:
        if name in _COMMON or name.startswith("__"):
            return None
        found = self._methods.get(name, ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def _methods(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for source in self.sources.all:
            if "class " not in source.text:
                continue
            for scope in source.index.functions():
                if scope.owner is not None and scope.node is not None:
                    found.setdefault(scope.node.name, []).append(Definition(source, scope))
        return found
