"""A view that was copied from another one, and still loads the other one's model."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.findings import Confidence, FileSpan, Finding
from wherry.project.code.indexing import Function, Scope
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_ENDING: Final = re.compile(
    r"([\w.-]+)\.(?:h5|hdf5|keras|onnx|tflite|pt|pth|pkl|pickle|sav|joblib|cbm)$"
)
_ANYWHERE: Final = re.compile(r"\.(?:h5|hdf5|keras|onnx|tflite|pt|pth|pkl|pickle|sav|joblib|cbm)\b")
# What says nothing about which model it is.
_COMMON_TEXT: Final = """
model models predict prediction predictor classifier clf final best new view views the trained
saved load loaded get page result results api scaler xgb svm cnn
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())
# Of more than that nobody copied a view: they are data.
_MOST_MODELS: Final = 50
_IN_REQUEST: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST))


@dataclass(frozen=True, slots=True)
class _Mention:
    """A model's file, named in a function that answers requests."""

    source: Source
    scope: Scope
    node: ast.Constant
    words: frozenset[str]

    @property
    def fits(self) -> bool:
        """Whether the function is called as the file is."""
        return bool(self.words & _words(self.scope.name))


def _check(context: Context) -> Iterator[Finding]:
    unread = _unread(context)
    if not unread:
        return
    mentions = list(_mentions(context))
    rightly = {_name(mention.node) for mention in mentions if mention.fits}
    for mention in mentions:
        name = _name(mention.node)
        if mention.fits or name not in rightly:
            continue
        meant = [path for path, words in unread.items() if words & _words(mention.scope.name)]
        if len(meant) != 1 or _loads_its_own(mention, mentions):
            continue
        yield found(
            "wrong-model-loaded",
            mention.source.at(mention.node),
            FileSpan(meant[0]),
            confidence=Confidence.MEDIUM,
            values={"model": name, "code_file": mention.source.path},
        )


def _loads_its_own(mention: _Mention, mentions: list[_Mention]) -> bool:
    return any(
        other.fits and other.scope is mention.scope and other.source is mention.source
        for other in mentions
    )


def _unread(context: Context) -> Mapping[str, frozenset[str]]:
    """Return the models that are deployed and that no code of the site names."""
    files = context.project.files
    paths = [
        entry.path
        for entry in files
        if _ENDING.search(entry.path) and entry.deployed and files.is_source(entry.path)
    ]
    if not 1 < len(paths) <= _MOST_MODELS:
        return {}
    texts = [source.text for source in _served(context)]
    return {
        path: _words(path.rpartition("/")[2].rpartition(".")[0])
        for path in paths
        if not any(path.rpartition("/")[2] in text for text in texts)
    }


def _served(context: Context) -> Iterator[Source]:
    code = context.project.code
    for path in code.served:
        source = code.sources.get(path)
        if source is not None:
            yield source


def _mentions(context: Context) -> Iterator[_Mention]:
    reach = context.project.code.reach
    for source in _served(context):
        if not _ANYWHERE.search(source.text):
            continue
        for scope in source.index.functions():
            function = scope.function
            if function is None or not reach.scope(source, scope) & _IN_REQUEST:
                continue
            yield from _in_function(source, scope, function)


def _in_function(source: Source, scope: Scope, function: Function) -> Iterator[_Mention]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = _ENDING.search(node.value)
            if match is not None:
                yield _Mention(source, scope, node, _words(match[1]))


def _name(node: ast.Constant) -> str:
    return str(node.value).replace("\\", "/").rpartition("/")[2]


def _words(name: str) -> frozenset[str]:
    """Return what a name is made of: ``heart`` of ``predictHeart`` and of ``heart_model_v2``."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()
    return frozenset(
        word for word in re.split(r"[^a-z0-9]+", spaced) if len(word) > 2 and word not in _COMMON
    )


RULE: Final = Rule("model-of-another-view", ("wrong-model-loaded",), _check)
