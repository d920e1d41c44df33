"""What visitors bring: where it is kept, under which name, and what is done with it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage
from wherry.doctor.rules.code.disks import lasting
from wherry.findings import FileSpan, Finding
from wherry.project.code.indexing import Call, Scope, argument
from wherry.project.code.model_loading import where
from wherry.project.code.moments import Moment
from wherry.project.code.settings import Settings
from wherry.project.code.source import Source
from wherry.project.code.values import Special

_IN_REQUEST: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST))
FIELDS: Final = (
    "FileField",
    "ImageField",
    "ResizedImageField",
    "ThumbnailerImageField",
    "ProcessedImageField",
)
_LOCAL: Final = "django.core.files.storage"
_STORES: Final = (
    "django.core.files.storage.FileSystemStorage",
    "django.core.files.storage.default_storage",
)
_TEMPORARY: Final = re.compile(r"tempfile|NamedTemporaryFile|TemporaryDirectory|/tmp/|BytesIO")
_REMOVED: Final = re.compile(r"os\.(?:remove|unlink)\(|\.unlink\(|rmtree\(|\.delete\(")


def _kept(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is not None and (stored_elsewhere(settings) or _root_lasts(context, settings)):
        return
    seen: set[str] = set()
    for span, told in (*_by_fields(context, settings), *_by_code(context)):
        if span.path not in seen:
            seen.add(span.path)
            yield found(
                "media-upload-ephemeral", span, values={"where": told, "code_file": span.path}
            )


def stored_elsewhere(settings: Settings) -> bool:
    """Whether uploads go to object storage, or it cannot be told where they go."""
    setting = settings.find("DEFAULT_FILE_STORAGE")
    if setting is not None and not setting.value.always(
        lambda plain: isinstance(plain, str) and plain.startswith(_LOCAL)
    ):
        return True
    storages = settings.find("STORAGES")
    if storages is not None:
        backend = places.entry(storages.value.plain, "default", "BACKEND")
        if storages.value.others or isinstance(backend, Special):
            return True
        if isinstance(backend, str) and not backend.startswith(_LOCAL):
            return True
    apps = places.installed_apps(settings)
    return places.any_in(("cloudinary_storage", "cloudinary"), apps) and setting is not None


def _root_lasts(context: Context, settings: Settings) -> bool:
    setting = settings.find("MEDIA_ROOT")
    return setting is not None and lasting(context, setting.value.plain)


def _by_fields(context: Context, settings: Settings | None) -> Iterator[tuple[FileSpan, str]]:
    """Return the models' fields that keep files, where a form or a view fills them."""
    if settings is None:
        return
    for source in usage.sources(context, *FIELDS):
        for call in source.index.calls:
            name = source.resolve(call.node.func).rpartition(".")[2]
            if name not in FIELDS or call.scope.owner is not None:
                continue
            if not isinstance(call.scope.node, ast.ClassDef) or not _is_model(call.scope.node):
                continue
            if call.keyword("storage") is None:
                media = settings.find("MEDIA_ROOT")
                told = f"{name} of {call.scope.name}"
                yield (source.at(call.node) if media is None else places.of_setting(media)), told
                return


def _is_model(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2].endswith("Model") for base in node.bases)


def _by_code(context: Context) -> Iterator[tuple[FileSpan, str]]:
    """Return the places in views that save an upload into the app's folder."""
    reach = context.project.code.reach
    for source in usage.sources(
        context, "FILES", "request.files", "FileSystemStorage", "default_storage"
    ):
        for call in source.index.calls:
            if not _saves(source, call) or not reach.of(source, call) & _IN_REQUEST:
                continue
            text = _text_of(source, call.scope)
            if _TEMPORARY.search(text) or _REMOVED.search(text):
                continue
            yield source.at(call.node), where(source, call)


def _saves(source: Source, call: Call) -> bool:
    name = source.resolve(call.node.func)
    if name in (f"{store}.save" for store in _STORES):
        return True
    function = call.node.func
    if isinstance(function, ast.Attribute) and function.attr == "save":
        owner = _made_from(source, call, function.value)
        if owner in _STORES:
            return True
        return owner.startswith(("flask.request.files", "request.files")) and bool(call.node.args)
    if name != "open":
        return False
    mode = argument(call.node, 1, "mode")
    writes = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "w" in mode.value
    text = _text_of(source, call.scope)
    return writes and ".chunks()" in text and "request.FILES" in source.text


def _made_from(source: Source, call: Call, node: ast.expr) -> str:
    """Return the full name of what a local name was made from: a class, or request.files[...]."""
    if isinstance(node, ast.Call):
        return source.resolve(node.func)
    if not isinstance(node, ast.Name):
        return ""
    for statement, scope, _ in source.index.statements:
        if not isinstance(statement, ast.Assign) or scope not in (
            call.scope,
            source.index.scopes[0],
        ):
            continue
        if not any(isinstance(item, ast.Name) and item.id == node.id for item in statement.targets):
            continue
        value = statement.value
        while isinstance(value, ast.Subscript | ast.Call):
            inner = value.value if isinstance(value, ast.Subscript) else value.func
            if isinstance(value, ast.Call) and not isinstance(inner, ast.Attribute):
                return source.resolve(inner)
            value = inner
        return source.resolve(value).removesuffix(".get")
    return ""


def _text_of(source: Source, scope: Scope) -> str:
    if scope.node is None:
        return ""
    return "\n".join(source.lines[scope.node.lineno - 1 : scope.node.end_lineno])


def _name_as_path(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source in usage.sources(context, "request.FILES", "request.files"):
        for call in source.index.calls:
            path = _written_path(source, call)
            if path is None or not reach.of(source, call) & _IN_REQUEST:
                continue
            if _takes_upload_name(source, call, path):
                yield found(
                    "upload-name-used-as-path",
                    source.at(call.node),
                    values={"where": where(source, call), "code_file": source.path},
                )


def _written_path(source: Source, call: Call) -> ast.expr | None:
    """Return the path that a call writes an upload to, without any storage in between."""
    if source.resolve(call.node.func) == "open":
        mode = argument(call.node, 1, "mode")
        if isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "w" in mode.value:
            return argument(call.node, 0)
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr != "save":
        return None
    uploaded = "request.files" in _made_from(source, call, function.value)
    return argument(call.node, 0) if uploaded else None


def _takes_upload_name(source: Source, call: Call, path: ast.expr) -> bool:
    """Whether the name that the visitor gave is in a path, as it came."""
    names = {node.id for node in ast.walk(path) if isinstance(node, ast.Name)}
    parts = [ast.unparse(path)]
    parts += [
        ast.unparse(statement.value)
        for statement, scope, _ in source.index.statements
        if scope is call.scope
        and isinstance(statement, ast.Assign)
        and any(isinstance(item, ast.Name) and item.id in names for item in statement.targets)
    ]
    text = " ".join(parts)
    if "secure_filename" in text or "uuid" in text or "get_available_name" in text:
        return False
    return bool(re.search(r"\w\.(?:name|filename)\b(?!\()", text))


KEPT: Final = Rule("uploads-kept", ("media-upload-ephemeral",), _kept)
NAME: Final = Rule("upload-name", ("upload-name-used-as-path",), _name_as_path)
