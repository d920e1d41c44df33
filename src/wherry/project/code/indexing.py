"""Every definition and call of a module, each with what it stands in: one walk over the tree."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

type Node = ast.expr | ast.stmt
type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """A module, a class or a function.

    Attributes:
        name: ``Predictor.load``; "" for the module.
        node: None for the module.
        outer: What it stands in; None for the module.
    """

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None
    outer: "Scope | None"

    @property
    def function(self) -> Function | None:
        """Its definition, where it is a function."""
        return None if isinstance(self.node, ast.ClassDef) else self.node

    @property
    def owner(self) -> ast.ClassDef | None:
        """The class that it is a method of."""
        outer = self.outer
        if self.function is None or outer is None or not isinstance(outer.node, ast.ClassDef):
            return None
        return outer.node


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A compound statement around a piece of code, within the same function.

    Attributes:
        node: An ``if``, a ``try``, a loop, a ``with``, an ``except`` or a conditional expression.
        part: Which of its parts the code is in: ``body``, ``orelse``, ``handlers``, ``test`` ...
    """

    node: ast.AST
    part: str


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A call, with its surroundings.

    Attributes:
        statement: The innermost simple statement, or the compound one whose head it is in.
        blocks: What is around it in its function, the outermost first.
    """

    node: ast.Call
    scope: Scope
    statement: ast.stmt
    blocks: tuple[Block, ...]

    def inside(self, *kinds: type[ast.AST]) -> bool:
        """Whether a statement of that kind is around it."""
        return any(isinstance(block.node, kinds) for block in self.blocks)

    def keyword(self, name: str) -> ast.expr | None:
        """Return the value of a keyword argument."""
        return keyword(self.node, name)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a call's keyword argument; None where it has none."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def last_name(node: ast.expr) -> str:
    """Return the last part of a name: ``load_model`` of ``models.load_model``; "" for the rest."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def dotted(node: ast.expr) -> str:
    """Return a name with its attributes as it is written: ``self.model``; "" for the rest."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """Return an argument by its position or by one of its names."""
    if position < len(call.args):
        found = call.args[position]
        return None if isinstance(found, ast.Starred) else found
    for name in names:
        value = keyword(call, name)
        if value is not None:
            return value
    return None


@dataclass(frozen=True, eq=False)
class Index:
    """What a module holds.

    Attributes:
        scopes: The module itself first.
        statements: Every simple statement, with its scope and blocks.
    """

    scopes: tuple[Scope, ...]
    calls: tuple[Call, ...]
    statements: tuple[tuple[ast.stmt, Scope, tuple[Block, ...]], ...]

    @cached_property
    def by_name(self) -> dict[str, Scope]:
        """The scopes by their names; the last definition of a name counts."""
        return {scope.name: scope for scope in self.scopes}

    @cached_property
    def by_callee(self) -> dict[str, list[Call]]:
        """The calls by the last part of what is called: ``load_model``."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(last_name(call.node.func), []).append(call)
        return found

    @cached_property
    def by_argument(self) -> dict[str, list[Call]]:
        """The calls by the last part of each name that they are handed."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            for item in (*call.node.args, *(item.value for item in call.node.keywords)):
                name = last_name(item)
                if name:
                    found.setdefault(name, []).append(call)
        return found

    @cached_property
    def made_by(self) -> dict[str, list[ast.expr]]:
        """What names are assigned calls of: ``model = Model()`` gives "model" and ``Model``."""
        found: dict[str, list[ast.expr]] = {}
        for statement, _, _ in self.statements:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                for target in statement.targets:
                    name = dotted(target)
                    if name:
                        found.setdefault(name, []).append(statement.value.func)
        return found

    def functions(self) -> Iterable[Scope]:
        """Return the functions and methods."""
        return (scope for scope in self.scopes if scope.function is not None)

    def classes(self) -> Iterable[Scope]:
        """Return the classes."""
        return (scope for scope in self.scopes if isinstance(scope.node, ast.ClassDef))


def read(tree: ast.Module) -> Index:
    """Return what the module holds."""
    walk = _Walk()
    walk.body(tree.body, Scope("", None, None), ())
    return Index(tuple(walk.scopes), tuple(walk.calls), tuple(walk.statements))


_LEAVES: Final[frozenset[type]] = frozenset(
    (
        *(ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Global, ast.Nonlocal),
        *(ast.Pass, ast.Break, ast.Continue, ast.Import, ast.ImportFrom),
        *(
            ast.Add,
            ast.Eq,
            ast.NotEq,
            ast.In,
            ast.NotIn,
            ast.Is,
            ast.IsNot,
            ast.And,
            ast.Or,
            ast.Not,
        ),
    )
)


class _Walk:
    def __init__(self) -> None:
        self.scopes: list[Scope] = [Scope("", None, None)]
        self.calls: list[Call] = []
        self.statements: list[tuple[ast.stmt, Scope, tuple[Block, ...]]] = []

    def body(self, body: Iterable[ast.stmt], scope: Scope, blocks: tuple[Block, ...]) -> None:
        if scope.node is None:
            scope = self.scopes[0]
        for statement in body:
            self.statement(statement, scope, blocks)

    def statement(self, node: ast.stmt, scope: Scope, blocks: tuple[Block, ...]) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definition(node, scope, blocks)
        elif isinstance(node, ast.If | ast.While):
            self.expression(node.test, scope, node, (*blocks, Block(node, "test")))
            self.parts(node, scope, blocks, ("body", "orelse"))
        elif isinstance(node, ast.For | ast.AsyncFor):
            self.expression(node.iter, scope, node, blocks)
            self.parts(node, scope, blocks, ("body", "orelse"))
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self.expression(item.context_expr, scope, node, blocks)
            self.parts(node, scope, blocks, ("body",))
        elif isinstance(node, ast.Try | ast.TryStar):
            self.parts(node, scope, blocks, ("body", "orelse", "finalbody"))
            for handler in node.handlers:
                inside = (*blocks, Block(node, "handlers"), Block(handler, "body"))
                self.body(handler.body, scope, inside)
        elif isinstance(node, ast.Match):
            self.expression(node.subject, scope, node, blocks)
            for case in node.cases:
                self.body(case.body, scope, (*blocks, Block(node, "cases")))
        else:
            self.statements.append((node, scope, blocks))
            self.expression(node, scope, node, blocks)

    def parts(
        self, node: ast.stmt, scope: Scope, blocks: tuple[Block, ...], names: Iterable[str]
    ) -> None:
        for name in names:
            self.body(getattr(node, name), scope, (*blocks, Block(node, name)))

    def definition(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        scope: Scope,
        blocks: tuple[Block, ...],
    ) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, scope, node, blocks)
        if isinstance(node, ast.ClassDef):
            for base in (*node.bases, *(item.value for item in node.keywords)):
                self.expression(base, scope, node, blocks)
        else:
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.expression(default, scope, node, blocks)
        name = f"{scope.name}.{node.name}" if scope.name else node.name
        inner = Scope(name, node, scope)
        self.scopes.append(inner)
        self.body(node.body, inner, ())

    def expression(
        self, node: ast.AST, scope: Scope, statement: ast.stmt, blocks: tuple[Block, ...]
    ) -> None:
        kind = type(node)
        if kind in _LEAVES:
            return
        if isinstance(node, ast.IfExp):
            self.expression(node.test, scope, statement, blocks)
            self.expression(node.body, scope, statement, (*blocks, Block(node, "body")))
            self.expression(node.orelse, scope, statement, (*blocks, Block(node, "orelse")))
            return
        if isinstance(node, ast.Call):
            self.calls.append(Call(node, scope, statement, blocks))
        # What ast.iter_child_nodes does, in a third of its time: every expression comes by here.
        for name in node._fields:
            child = getattr(node, name, None)
            if type(child) is list:
                for item in child:
                    if isinstance(item, ast.AST):
                        self.expression(item, scope, statement, blocks)
            elif isinstance(child, ast.AST) and type(child) not in _LEAVES:
                self.expression(child, scope, statement, blocks)
