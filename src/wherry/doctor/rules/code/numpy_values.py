"""Which expressions are surely numbers or arrays of numpy's that JSON does not take.

float64 is a float of Python's and is taken; what a model answers is float32, and an index is int64.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wherry.project.code.definitions import Definitions
from wherry.project.code.indexing import Block, Scope, dotted, keyword
from wherry.project.code.source import Source

_DEEPEST: Final = 12


class Kind(StrEnum):
    """What an expression is; EITHER where an array was asked for a part of itself.

    JSON takes none of the first five. TABLE and WIDE are arrays whose numbers may be float64,
    which JSON takes: a table's rows are WIDE. OUTPUTS is what ONNX Runtime answers, the first of
    which is an array (OUTPUT); it may hold texts (ROW), and another may be a list (MAYBE).
    """

    ARRAY = "array"
    SCALAR = "scalar"
    EITHER = "either"
    TABLE = "table"
    WIDE = "wide"
    OUTPUT = "output"
    OUTPUTS = "outputs"
    ROW = "row"
    MAYBE = "maybe"

    @property
    def fails(self) -> bool:
        """Whether JSON does not take it."""
        return self not in (Kind.OUTPUTS, Kind.ROW, Kind.MAYBE)

    @property
    def narrow(self) -> bool:
        """Whether its numbers are surely none that JSON takes."""
        return self in (Kind.ARRAY, Kind.SCALAR, Kind.EITHER)


_PARTS: Final = {
    Kind.TABLE: Kind.WIDE,
    Kind.WIDE: None,
    Kind.OUTPUTS: Kind.MAYBE,
    Kind.OUTPUT: Kind.ROW,
    # The answer of a classifier has one number or text for each row: what is deeper is a float32.
    Kind.ROW: Kind.EITHER,
    Kind.MAYBE: Kind.MAYBE,
}


# Whatever they are given, an index comes back.
_INDICES: Final = frozenset(("argmax", "argmin", "argsort", "count_nonzero", "searchsorted"))
_ARRAYS: Final = frozenset(("squeeze", "array", "asarray", "expand_dims", "stack", "concatenate"))
# They keep the kind of number; without an axis one number is left.
_REDUCING: Final = frozenset(
    (
        *("max", "min", "amax", "amin", "nanmax", "nanmin", "mean", "sum", "std", "var", "median"),
        *("prod", "norm", "average", "ptp"),
    )
)
_KEEPING: Final = frozenset(
    (
        *("round", "around", "clip", "abs", "absolute", "sqrt", "exp", "log", "reshape", "flatten"),
        *("ravel", "transpose", "copy", "sort", "take", "dot", "squeeze", "rint", "floor", "ceil"),
        *("detach", "cpu", "softmax", "sigmoid"),
    )
)
_NARROW: Final = ("float32", "float16", "int32", "int64", "uint8", "int8", "int16")
_FRAMEWORKS: Final = ("tensorflow", "keras")
_TENSORS: Final = frozenset(("argmax", "softmax", "sigmoid", "topk", "max", "relu", "tanh"))
_PICKLES: Final = frozenset(("joblib.load", "pickle.load", "dill.load", "cloudpickle.load"))


@dataclass(frozen=True)
class Reader:
    """Tells what expressions are.

    Attributes:
        keeps_narrow: Whether a number of numpy's stays narrow beside one of Python's, which is so
            from NumPy 2 on.
        bound: Names that a comprehension binds, with what they are.
    """

    definitions: Definitions
    source: Source
    scope: Scope
    keeps_narrow: bool
    bound: dict[str, Kind | None] = field(default_factory=dict)

    def kind(self, node: ast.expr, depth: int = 0) -> Kind | None:
        """Return what an expression surely is; None where it is nothing of the kind, or unclear."""
        read = _READERS.get(type(node))
        return None if read is None or depth > _DEEPEST else read(self, node, depth + 1)

    def within(self, generators: list[ast.comprehension]) -> "Reader":
        """Return one that knows what a comprehension binds as well."""
        bound = dict(self.bound)
        for one in generators:
            bound.update(self._bound_by(one.target, one.iter))
        return Reader(self.definitions, self.source, self.scope, self.keeps_narrow, bound)

    def _bound_by(self, target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, Kind | None]]:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        parts: list[ast.expr | None] = [iterated]
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name):
            if iterated.func.id == "zip":
                parts = list(iterated.args)
            elif iterated.func.id == "enumerate":
                parts = [None, *iterated.args[:1]]
        for index, name in enumerate(names):
            if isinstance(name, ast.Name):
                part = parts[index] if index < len(parts) and len(parts) == len(names) else None
                of = None if part is None else self.kind(part, 1)
                yield name.id, None if of is None else _PARTS.get(of, Kind.EITHER)

    def subscript(self, node: ast.Subscript, depth: int) -> Kind | None:
        """Return what a part is: ``x[0]``, ``x[None]``."""
        kind = self.kind(node.value, depth)
        if kind is None:
            return None
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        grown = any(
            isinstance(one, ast.Slice) or ast.unparse(one).endswith(("newaxis", "None", "..."))
            for one in inside
        )
        if grown:
            return kind
        if kind is Kind.OUTPUTS and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
            return Kind.OUTPUT
        part: Kind | None = kind
        # x[0, 1] goes as deep as x[0][1].
        for _ in inside:
            part = None if part is None else _PARTS.get(part, Kind.EITHER)
        return part

    def operation(self, node: ast.BinOp, depth: int) -> Kind | None:
        """Return what comes of two: a wide one, or an unknown one, makes it unclear."""
        kinds = [self.kind(node.left, depth), self.kind(node.right, depth)]
        known = [kind for kind in kinds if kind is not None]
        if any(not kind.narrow for kind in known):
            # Wide numbers stay wide; what may be a text is none where it is reckoned with.
            return next((kind for kind in known if kind in (Kind.TABLE, Kind.WIDE)), None)
        if len(known) == 2:
            return Kind.ARRAY if Kind.ARRAY in known else Kind.EITHER
        other = node.right if kinds[1] is None else node.left
        if not known or not _is_number(other):
            return None
        return known[0] if self.keeps_narrow or known[0] is Kind.ARRAY else None

    def name(self, node: ast.Name, depth: int) -> Kind | None:
        """Return what the one assignment to a name makes it."""
        if node.id in self.bound:
            return self.bound[node.id]
        values = list(self._assigned(node.id))
        return self.kind(values[0], depth) if len(values) == 1 else None

    def literal(self, name: str) -> ast.expr | None:
        """Return the list or dictionary that a name is bound to, once."""
        values = list(self._assigned(name))
        kinds = ast.Dict | ast.List | ast.ListComp | ast.DictComp
        return values[0] if len(values) == 1 and isinstance(values[0], kinds) else None

    def called(self, name: str) -> ast.Call | None:
        """Return the call of a function of the project's that a name is bound to, once."""
        values = list(self._assigned(name))
        if len(values) != 1 or not isinstance(values[0], ast.Call) or self.kind(values[0]):
            return None
        return values[0] if next(self.answers(values[0]), None) is not None else None

    def added(self, name: str) -> Iterator[tuple["Reader", ast.expr]]:
        """Yield what is put into a list or a dictionary later: ``x.append(y)``, ``x["a"] = y``."""
        for statement, scope, blocks in self.source.index.statements:
            if scope is not self.scope:
                continue
            value: ast.expr | None = None
            if isinstance(statement, ast.Assign):
                if any(
                    isinstance(target, ast.Subscript) and _names(target.value, name)
                    for target in statement.targets
                ):
                    value = statement.value
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                call = statement.value
                if ast.unparse(call.func) in (f"{name}.append", f"{name}.update") and call.args:
                    value = call.args[0]
            if value is not None:
                yield self._in_loops(blocks), value

    def _in_loops(self, blocks: tuple[Block, ...]) -> "Reader":
        bound = dict(self.bound)
        for block in blocks:
            if isinstance(block.node, ast.For | ast.AsyncFor):
                bound.update(self._bound_by(block.node.target, block.node.iter))
        return Reader(self.definitions, self.source, self.scope, self.keeps_narrow, bound)

    def answers(self, node: ast.Call) -> Iterator[tuple["Reader", ast.expr]]:
        """Yield what a function of the project's own answers, with what reads it."""
        made = self.definitions.referred(self.source, node.func, self.scope)
        if made is None or made.scope.function is None:
            return
        inner = Reader(self.definitions, made.source, made.scope, self.keeps_narrow)
        for statement, scope, _ in made.source.index.statements:
            if scope is made.scope and isinstance(statement, ast.Return) and statement.value:
                yield inner, statement.value

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for statement, scope, _ in self.source.index.statements:
            if scope is not self.scope:
                continue
            targets = statement.targets if isinstance(statement, ast.Assign) else ()
            for target in targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield statement.value  # type: ignore[attr-defined]
                elif isinstance(target, ast.Tuple | ast.List):
                    yield from _unpacked(target, statement.value, name)  # type: ignore[attr-defined]
            if isinstance(statement, ast.AugAssign) and _names(statement.target, name):
                yield statement.value
            if isinstance(statement, ast.For | ast.AsyncFor) and _names(statement.target, name):
                yield statement.target

    def call(self, node: ast.Call, depth: int) -> Kind | None:
        """Return what a call answers."""
        full = self.source.resolve(node.func)
        if full.startswith("torch.") and full.rpartition(".")[2] in _TENSORS:
            return Kind.ARRAY
        if full.startswith("numpy."):
            return self._of_numpy(full.rpartition(".")[2], node, depth)
        if full in ("round", "max", "min", "abs") and node.args:
            return self._of_python(full, node, depth)
        if isinstance(node.func, ast.Attribute):
            found = self._of_method(node.func, node, depth)
            if found is not None:
                return found
        return self._of_project(node, depth)

    def _of_python(self, name: str, node: ast.Call, depth: int) -> Kind | None:
        kind = self.kind(node.args[0], depth)
        if kind is not None and not kind.narrow:
            return kind if kind in (Kind.TABLE, Kind.WIDE) and name in ("round", "abs") else None
        # round(x) alone is a whole number of Python's; max(a, b) may be either of two.
        if kind is None or len(node.args) != (2 if name == "round" else 1):
            return None
        return kind if name in ("round", "abs") else Kind.EITHER

    def _of_numpy(self, name: str, node: ast.Call, depth: int) -> Kind | None:
        dtype = keyword(node, "dtype")
        if dtype is not None:
            return _of_type(dtype, Kind.ARRAY)
        if name in _NARROW:
            return Kind.SCALAR
        if name in _INDICES:
            return Kind.EITHER
        first = self.kind(node.args[0], depth) if node.args else None
        if name in _ARRAYS:
            # Numbers of Python's make float64, which JSON takes one by one.
            squeezed = first if name == "squeeze" else None
            return squeezed or (Kind.ARRAY if first is not None and first.narrow else Kind.WIDE)
        return None if first is None else _reduced(name, first, axis=_has_axis(node, 1))

    def _of_method(self, function: ast.Attribute, node: ast.Call, depth: int) -> Kind | None:
        name = function.attr
        if name == "numpy" and self._has_framework("torch", *_FRAMEWORKS):
            return Kind.EITHER
        if name == "run" and self._is_session(node):
            return Kind.OUTPUTS
        if name.startswith("predict"):
            found = self._of_model(function, node)
            if found is not None:
                return found
        owner = self.kind(function.value, depth)
        if owner is None:
            return None
        if name == "astype" and node.args:
            return _of_type(node.args[0], owner)
        if name in _INDICES:
            return Kind.EITHER
        return _reduced(name, owner, axis=_has_axis(node, 0))

    def _of_model(self, function: ast.Attribute, node: ast.Call) -> Kind | None:
        """Return what a model answers: float32 of Keras's, and of scikit-learn's a wide array."""
        if self.definitions.referred(self.source, node.func, self.scope) is not None:
            return None
        makers = self._makers(function.value)
        keras = self._has_framework(*_FRAMEWORKS)
        keras = keras or any(full.partition(".")[0] in _FRAMEWORKS for full in makers)
        if function.attr in ("predict", "predict_on_batch") and keras:
            return Kind.ARRAY
        if function.attr == "predict_proba":
            return Kind.TABLE
        return Kind.WIDE if function.attr == "predict" and makers & _PICKLES else None

    def _makers(self, owner: ast.expr) -> frozenset[str]:
        """Return the full names of what makes a model, here or where it is imported from."""
        name = dotted(owner)
        found = {self.source.resolve(made) for made in self.source.index.made_by.get(name, ())}
        located = self.definitions.sources.locate(self.source.resolve(owner)) if name else None
        if located is not None and located[1]:
            other, rest = located
            found |= {other.resolve(made) for made in other.index.made_by.get(rest, ())}
        return frozenset(found)

    def _is_session(self, node: ast.Call) -> bool:
        """Whether it is ONNX Runtime's ``run(None, {...})``."""
        if not node.args:
            return keyword(node, "input_feed") is not None
        unnamed = isinstance(node.args[0], ast.Constant) and node.args[0].value is None
        return len(node.args) > 1 and (unnamed or self._has_framework("onnxruntime"))

    def _has_framework(self, *roots: str) -> bool:
        return any(item.root in roots for item in self.source.imports)

    def _of_project(self, node: ast.Call, depth: int) -> Kind | None:
        """Return what a function of the project's own answers, where it answers in one place."""
        answers = list(self.answers(node))
        if len(answers) != 1:
            return None
        inner, value = answers[0]
        return inner.kind(value, depth)


def _reduced(name: str, kind: Kind, *, axis: bool) -> Kind | None:
    """Return what a function or a method of that name makes of an array."""
    if name in _REDUCING:
        if kind in (Kind.TABLE, Kind.WIDE):
            return Kind.WIDE if axis and kind is Kind.TABLE else None
        if kind in (Kind.OUTPUTS, Kind.MAYBE):
            return None
        return Kind.EITHER if axis else Kind.SCALAR
    if name not in _KEEPING:
        return None
    if kind is Kind.TABLE and name in ("flatten", "ravel", "reshape", "squeeze"):
        return Kind.WIDE
    # Only numbers are flattened or rounded as a rule, and ONNX Runtime's are float32.
    return Kind.EITHER if kind in (Kind.OUTPUT, Kind.ROW) else kind


def _unpacked(target: ast.Tuple | ast.List, value: ast.expr, name: str) -> Iterator[ast.expr]:
    """Yield what ``a, b = ...`` binds a name to; the name itself, which is nothing, if unclear."""
    for index, one in enumerate(target.elts):
        if not isinstance(one, ast.Name) or one.id != name:
            continue
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            yield value.elts[index]
        elif isinstance(value, ast.GeneratorExp | ast.ListComp):
            yield value.elt
        elif isinstance(value, ast.Call | ast.Name | ast.Subscript):
            yield ast.Subscript(value, ast.Constant(index), ast.Load())
        else:
            yield ast.Constant(None)


def _names(target: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(target))


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _has_axis(node: ast.Call, position: int) -> bool:
    return keyword(node, "axis") is not None or len(node.args) > position


def _of_type(node: ast.expr, kind: Kind) -> Kind | None:
    """Return the kind where a type is named that is none of Python's."""
    text = ast.unparse(node).strip("'\"").rpartition(".")[2]
    return kind if text in _NARROW else None


_READERS: Final[dict[type[ast.expr], Callable[..., Kind | None]]] = {
    ast.Subscript: Reader.subscript,
    ast.BinOp: Reader.operation,
    ast.Name: Reader.name,
    ast.Call: Reader.call,
}
