"""Every place in the code that loads a model."""

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.project.code import loading_calls, locals_of
from wherry.project.code.definitions import Definitions
from wherry.project.code.indexing import Block, Call
from wherry.project.code.loads import Anchor, Library, ModelLoad, ModelPath
from wherry.project.code.namespaces import Namespaces
from wherry.project.code.reach import Reach
from wherry.project.code.source import Source
from wherry.project.code.values import UNKNOWN, Folder, Plain

_DRIVE: Final = re.compile(r"^[A-Za-z]:[\\/]")
_REMOTE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|hf://)")
# What the app's folder is called on hosts and in most images.
_APP_FOLDERS: Final = ("/app/", "/usr/src/app/", "/code/", "/workspace/")
_BY_NAME: Final = (Library.TRANSFORMERS, Library.TENSORFLOW_HUB, Library.ULTRALYTICS)
_CATCH_ALL: Final = frozenset(
    ("Exception", "BaseException", "OSError", "IOError", "FileNotFoundError", "ImportError")
)


def find(
    namespaces: Namespaces, definitions: Definitions, reach: Reach, working: str
) -> Iterator[ModelLoad]:
    """Return every load, those of scripts and notebooks' leftovers included.

    Args:
        namespaces: Gives the values of names.
        definitions: Gives what is called.
        reach: Tells when each runs.
        working: The folder in which the server is started, relative to the project's root.
    """
    for source in definitions.sources.all:
        if not source.mentions(*loading_calls.WORDS) or definitions.sources.is_test(source.path):
            continue
        for call in source.index.calls:
            loading = loading_calls.recognise(source, call)
            if loading is None:
                continue
            model = None
            if isinstance(loading.argument, ast.Constant):
                plain = loading.argument.value
                text = plain if isinstance(plain, str) else UNKNOWN
                model = _model_path(text, loading.argument, loading.library, working)
            elif loading.argument is not None:
                evaluator = locals_of.evaluator_at(
                    namespaces, definitions, source, call.scope, call.node.lineno
                )
                value = evaluator.value(loading.argument)
                model = _model_path(value.plain, loading.argument, loading.library, working)
            yield ModelLoad(
                library=loading.library,
                call=loading.name,
                path=source.path,
                line=call.node.lineno,
                column=call.node.col_offset + 1,
                end_line=call.node.end_lineno or call.node.lineno,
                quote=source.quote(call.node.lineno),
                model=model,
                moments=reach.of(source, call),
                where=where(source, call),
                swallowed=swallowed(call.blocks),
            )


def where(source: Source, call: Call) -> str:
    """Return where a call stands, as a reader says it."""
    if call.scope.function is not None:
        return f"{call.scope.name}() in {source.path}"
    if call.scope.node is not None:
        return f"the class {call.scope.name} in {source.path}"
    return source.path


def swallowed(blocks: tuple[Block, ...]) -> bool:
    """Whether an error there is caught, and the code goes on as if nothing had happened."""
    for block in blocks:
        if isinstance(block.node, ast.Try) and block.part == "body":
            for handler in block.node.handlers:
                if _catches_all(handler) and not _gives_up(handler.body):
                    return True
    return False


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {getattr(kind, "id", "") or getattr(kind, "attr", "") for kind in kinds}
    return bool(names & _CATCH_ALL)


def _gives_up(body: list[ast.stmt]) -> bool:
    """Whether a handler ends the program, raises, or loads the model in another way."""
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call):
            last = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if last in ("exit", "_exit", "abort") or last.startswith(("load", "download", "from_")):
                return True
    return False


def _model_path(plain: Plain, node: ast.expr, library: Library, working: str) -> ModelPath:
    written = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if isinstance(plain, Folder):
        inside = not plain.path.startswith("..")
        return ModelPath(written or plain.path, plain.path if inside else "", Anchor.CODE)
    if not isinstance(plain, str) or not plain:
        return ModelPath(written, "", Anchor.UNKNOWN)
    if library is Library.KERAS_APPLICATIONS and plain == "imagenet":
        return ModelPath(plain, "", Anchor.REMOTE)
    return _text_path(plain, library, working)


def _text_path(text: str, library: Library, working: str) -> ModelPath:
    if _REMOTE.match(text):
        return ModelPath(text, "", Anchor.REMOTE)
    if _DRIVE.match(text) or text.startswith(("\\\\", "~")):
        return ModelPath(text, "", Anchor.ABSOLUTE)
    path = text
    for folder in _APP_FOLDERS:
        if path.startswith(folder):
            return ModelPath(text, path.removeprefix(folder), Anchor.CODE)
    if path.startswith("/"):
        return ModelPath(text, "", Anchor.ABSOLUTE)
    if library in _BY_NAME and _is_model_name(path):
        return ModelPath(text, "", Anchor.REMOTE)
    joined = posixpath.normpath(posixpath.join(working, path))
    return ModelPath(text, "" if joined.startswith("..") else joined, Anchor.WORKING)


def _is_model_name(path: str) -> bool:
    """Whether it is the name of a model in a collection: ``bert-base-uncased``, ``org/model``."""
    if path.endswith((".h5", ".keras", ".pt", ".onnx", ".pb")):
        return False
    return path.count("/") <= 1 and not path.startswith(".")
