"""The files that models are loaded from: whether they are there, deployed, and what they are."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.findings import Evidence, FileSpan, Finding, How
from wherry.project.code.loads import Anchor, Library, ModelLoad
from wherry.project.code.moments import Moment
from wherry.project.files import FileEntry

SITE: Final = frozenset(
    (Moment.IMPORT, Moment.READY, Moment.WORKER, Moment.FIRST_REQUEST, Moment.REQUEST)
)
_SOMEBODYS: Final = re.compile(
    r"^(?:[A-Za-z]:[\\/]|/home/|/Users/|/content/|/kaggle/|/mnt/|/media/|/root/|/Volumes/|~|\\\\)"
)
_FOLDERS: Final = (Library.SAVED_MODEL, Library.KERAS, Library.TRANSFORMERS, Library.TENSORFLOW_HUB)
_FETCHERS: Final = (
    *("gdown", "urlretrieve", "wget", "hf_hub_download", "snapshot_download", "download_file"),
    *("requests.get", "curl", "get_file(", "boto3", "download_blob", "azcopy", "gsutil"),
)


def site_loads(context: Context) -> Iterator[ModelLoad]:
    """Return the loads that the web process makes."""
    for load in context.project.code.model_loads:
        if load.moments & SITE:
            yield load


def deployed_loads(context: Context) -> Iterator[ModelLoad]:
    """Return the loads that are made on the host: by the web process, or by a queue's worker."""
    for load in context.project.code.model_loads:
        if load.moments & (SITE | {Moment.BACKGROUND}):
            yield load


def _absolute(context: Context) -> Iterator[Finding]:
    for load in deployed_loads(context):
        model = load.model
        if (
            model is not None
            and model.anchor is Anchor.ABSOLUTE
            and _SOMEBODYS.match(model.written)
        ):
            yield found(
                "model-path-absolute",
                places.of_load(load),
                severity=_when(load),
                values={"path": _shown(model.written), "model": _name(model.written)},
            )


def _relative(context: Context) -> Iterator[Finding]:
    for load in site_loads(context):
        model = load.model
        if model is not None and model.anchor is Anchor.WORKING and model.path:
            yield found(
                "model-path-cwd-relative",
                places.of_load(load),
                values={"path": model.written, "model": _name(model.path), "code_file": load.path},
            )


def _deployed(context: Context) -> Iterator[Finding]:
    for load in deployed_loads(context):
        model = load.model
        if model is None or not model.path or load.library is Library.KERAS_APPLICATIONS:
            continue
        finding = _of_path(context, load, model.path)
        if finding is not None:
            yield finding


def _of_path(context: Context, load: ModelLoad, path: str) -> Finding | None:
    files = context.project.files
    entry = files.get(path)
    if entry is not None:
        return _of_file(context, load, entry)
    if "\\" in path:
        return _backslashes(context, load, path)
    if files.has_folder(path):
        return _of_folder(context, load, path)
    if _stem_exists(context, path, load.library):
        return None
    if _fetched(context, load, path):
        return None
    if any(path.startswith(f"{folder}/") or path == folder for folder in files.skipped_folders):
        return _found(context, "model-missing-from-git", load, path)
    twin = files.ignoring_case(path)
    if twin is not None and twin.deployed:
        return found(
            "model-path-missing",
            places.of_load(load),
            severity=_when(load),
            values={"model": path},
            evidence=(Evidence("the file is called", twin.path, How.READ),),
        )
    elsewhere = [
        item for item in files.named(path.rpartition("/")[2]) if item.deployed and not item.symlink
    ]
    if elsewhere or path in files.folders:
        evidence = tuple(
            Evidence("a file of that name is at", item.path, How.READ) for item in elsewhere[:3]
        )
        return found(
            "model-path-missing",
            places.of_load(load),
            severity=_when(load),
            values={"model": path},
            evidence=evidence,
        )
    return _found(context, "model-missing-from-git", load, path)


def _backslashes(context: Context, load: ModelLoad, path: str) -> Finding | None:
    """Return what Linux makes of Windows's separators: a part of the file's name."""
    meant = path.replace("\\", "/").lstrip("/")
    if context.project.files.deployed(meant) is None:
        return _found(context, "model-missing-from-git", load, meant)
    return found(
        "model-path-missing",
        places.of_load(load),
        severity=_when(load),
        values={"model": meant, "code_file": load.path},
        evidence=(Evidence("backslashes separate nothing on Linux", path, How.READ),),
    )


def _of_file(context: Context, load: ModelLoad, entry: FileEntry) -> Finding | None:
    if not entry.deployed:
        # It may lie here from a download that the build makes as well.
        if _made_in_build(context, entry.path):
            return None
        return _found(context, "model-missing-from-git", load, entry.path)
    if entry.lfs is not None:
        return found(
            "git-lfs-pointer",
            FileSpan(entry.path),
            places.of_load(load),
            severity=_when(load),
            values={"model": entry.path},
            evidence=(
                Evidence(f"{entry.path} in the checkout", entry.size_bytes, How.READ, "bytes"),
                Evidence("the file that it stands for", entry.lfs.size_bytes, How.READ, "bytes"),
            ),
        )
    if context.project.files.git and entry.tracked is False and not entry.ignored:
        return _found(context, "model-missing-from-git", load, entry.path)
    if entry.size_bytes == 0:
        return found(
            "model-file-corrupt",
            places.of_load(load),
            severity=_when(load),
            values={"model": entry.path, "found": "it is empty"},
        )
    return None


def _of_folder(context: Context, load: ModelLoad, path: str) -> Finding | None:
    if load.library in _FOLDERS:
        return None
    if load.library in (Library.PICKLE, Library.JOBLIB, Library.LITE, Library.ONNX):
        return _found(context, "model-path-is-directory", load, path)
    return None


def _stem_exists(context: Context, path: str, library: Library) -> bool:
    """Whether it is the prefix of several files, as TensorFlow's checkpoints are."""
    if library is not Library.KERAS_WEIGHTS:
        return False
    folder, _, name = path.rpartition("/")
    return any(
        entry.name.startswith(f"{name}.") and entry.deployed
        for entry in context.project.files.in_folder(folder)
    )


def _fetched(context: Context, load: ModelLoad, path: str) -> bool:
    """Whether something brings the file: a download in the code or in the build."""
    name = path.rpartition("/")[2]
    code = context.project.code
    source = code.sources.get(load.path)
    if source is not None and source.mentions(*_FETCHERS):
        return True
    for other in code.sources.all:
        if (
            name in other.text
            and other.path in code.served
            and other.mentions(*_FETCHERS, ".save(")
        ):
            return True
    return _made_in_build(context, path)


def _made_in_build(context: Context, path: str) -> bool:
    """Whether the image, a hook of the buildpack or the host's build command brings a file."""
    name = path.rpartition("/")[2]
    dockerfile = context.project.dockerfile
    if dockerfile is not None and any(
        name in step.text or "python" in step.text.split()[:1]
        for step in dockerfile.named("RUN", "ADD")
        if any(word in step.text for word in (*_FETCHERS, "train", "download", name))
    ):
        return True
    hooks = ("bin/post_compile", "bin/pre_compile", "build.sh", "bin/build", "render-build.sh")
    for hook in hooks:
        text = context.project.text(context.project.at_base(hook))
        if text is not None and any(
            word in text.content for word in (*_FETCHERS, name, "download", "train")
        ):
            return True
    return any(
        any(word in service.build_command for word in (*_FETCHERS, "download", "train", name))
        for service in context.project.services
    )


def _found(context: Context, name: str, load: ModelLoad, path: str) -> Finding:
    del context
    return found(
        name,
        places.of_load(load),
        severity=_when(load),
        values={"model": path, "path": path, "code_file": load.path},
    )


def _when(load: ModelLoad) -> Severity:
    """Return how bad it is when the load fails there: a caught failure is no crash."""
    return Severity.WARNING if load.swallowed else Severity.ERROR


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2] or path


def _shown(path: str) -> str:
    return path if len(path) <= 80 else f"...{path[-77:]}"


ABSOLUTE: Final = Rule("model-path-absolute", ("model-path-absolute",), _absolute)
RELATIVE: Final = Rule("model-path-relative", ("model-path-cwd-relative",), _relative)
DEPLOYED: Final = Rule(
    "model-deployed",
    (
        *("model-missing-from-git", "git-lfs-pointer", "model-path-missing"),
        *("model-path-is-directory", "model-file-corrupt"),
    ),
    _deployed,
)
