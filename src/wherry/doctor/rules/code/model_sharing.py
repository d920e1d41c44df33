"""Models that several threads or forked processes have in common, or that are held back."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.doctor.rules.code.model_files import deployed_loads, site_loads
from wherry.findings import FileSpan, Finding
from wherry.project.code.loads import Library
from wherry.project.code.moments import Moment
from wherry.project.ignoring import read_patterns

_TENSORFLOW: Final = (
    *(Library.KERAS, Library.SAVED_MODEL, Library.TENSORFLOW_HUB, Library.KERAS_WEIGHTS),
    *(Library.KERAS_JSON, Library.KERAS_APPLICATIONS),
)
_AT_START: Final = frozenset((Moment.IMPORT, Moment.READY))


def _forked(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if server is None or not server.preload or server.kind != "gunicorn":
        return
    loads = [
        load
        for load in site_loads(context)
        if load.library in _TENSORFLOW and load.moments & _AT_START
    ]
    if loads:
        yield found(
            "fork-after-model-load",
            server.where,
            *(places.of_load(load) for load in loads),
            severity=Severity.ERROR,
            values={"module": loads[0].path.removesuffix(".py").replace("/", ".")},
        )


def _interpreter(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if server is None or (server.threads or 1) < 2:
        return
    code = context.project.code
    for load in site_loads(context):
        source = code.sources.get(load.path)
        if load.library is not Library.LITE or source is None or Moment.REQUEST in load.moments:
            continue
        if source.mentions("Lock(", "threading.local", "Semaphore(", "ContextVar"):
            continue
        users = [
            item for item in map(code.sources.get, code.served) if item and ".invoke()" in item.text
        ]
        if any(item.mentions("Lock(", "Semaphore(") for item in users):
            continue
        if users:
            yield found(
                "interpreter-shared-by-threads",
                places.of_load(load),
                server.where,
                severity=Severity.ERROR,
                values={"code_file": load.path},
            )


def _held_back(context: Context) -> Iterator[Finding]:
    name = ".slugignore" if context.target.platform.name == "heroku" else ".dockerignore"
    if name == ".dockerignore" and context.project.dockerfile is None:
        return
    path = context.project.at_base(name)
    text = context.project.text(path)
    if text is None:
        return
    slug = name == ".slugignore"
    patterns = read_patterns(path, text.lines, negation=not slug, anchored=not slug)
    seen: set[str] = set()
    for load in deployed_loads(context):
        model = load.model.path if load.model is not None else ""
        if not model or model in seen:
            continue
        files = context.project.files
        inside = files.deployed(model) or files.deployed(f"{model}/saved_model.pb")
        if inside is None:
            continue
        pattern = patterns.deciding(inside.path)
        if patterns.ignores(inside.path) and pattern is not None:
            seen.add(model)
            yield found(
                "model-excluded-from-slug",
                places.of_load(load),
                FileSpan(path, pattern.line, quote=text.line(pattern.line)),
                severity=Severity.ERROR,
                values={"model": model, "file": path},
            )


def _written(context: Context) -> Iterator[Finding]:
    """Report models that views save into the app's folder."""
    code = context.project.code
    for path in sorted(code.served):
        source = code.sources.get(path)
        if source is None or not source.mentions(".save(", "dump(", "save_weights("):
            continue
        for call in source.index.calls:
            name = source.resolve(call.node.func)
            target = _target(name, call.node)
            if target is None or not code.reach.of(source, call) & {Moment.REQUEST}:
                continue
            plain = code.evaluator(source, call).value(target).plain
            text = getattr(plain, "path", plain)
            if isinstance(text, str) and text.endswith(_ENDINGS) and not text.startswith("/tmp/"):  # noqa: S108
                yield found(
                    "model-file-on-ephemeral-disk",
                    source.at(call.node),
                    values={
                        "where": f"{call.scope.name}() in {source.path}",
                        "code_file": source.path,
                        "model": text,
                    },
                )


_ENDINGS: Final = (
    ".h5",
    ".keras",
    ".pkl",
    ".pickle",
    ".joblib",
    ".sav",
    ".pt",
    ".pth",
    ".tflite",
    ".onnx",
)


def _target(name: str, node: ast.Call) -> ast.expr | None:
    """Return the path that a call writes a model to."""
    if (
        name in ("joblib.dump", "torch.save", "sklearn.externals.joblib.dump")
        and len(node.args) > 1
    ):
        return node.args[1]
    if name in ("pickle.dump", "dill.dump") and len(node.args) > 1:
        inner = node.args[1]
        return inner.args[0] if isinstance(inner, ast.Call) and inner.args else None
    if name.rpartition(".")[2] in ("save", "save_weights", "save_model") and node.args:
        return node.args[0]
    return None


FORKED: Final = Rule("preloaded-model", ("fork-after-model-load",), _forked)
INTERPRETER: Final = Rule("shared-interpreter", ("interpreter-shared-by-threads",), _interpreter)
HELD_BACK: Final = Rule("ignored-model", ("model-excluded-from-slug",), _held_back)
WRITTEN: Final = Rule("model-written", ("model-file-on-ephemeral-disk",), _written)
