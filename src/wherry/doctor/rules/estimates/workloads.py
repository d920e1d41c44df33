"""What the project's web process does, as far as its files tell: the input of the predictions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wherry.doctor.rule import Context
from wherry.doctor.rules.estimates.packages import versions
from wherry.estimate.libraries import costs
from wherry.estimate.workload import Loader, Model, Serving, Workload
from wherry.findings import FileSpan
from wherry.project.code.loads import Library, ModelLoad
from wherry.project.code.moments import Moment
from wherry.project.server import Server

_LOADERS: Final = {
    Library.KERAS: Loader.KERAS,
    Library.KERAS_WEIGHTS: Loader.KERAS,
    Library.KERAS_JSON: Loader.KERAS,
    Library.KERAS_APPLICATIONS: Loader.KERAS,
    Library.SAVED_MODEL: Loader.SAVED_MODEL,
    Library.TENSORFLOW_HUB: Loader.SAVED_MODEL,
    Library.LITE: Loader.LITERT,
    Library.ONNX: Loader.ONNX,
    Library.TORCH: Loader.TORCH,
    Library.FASTAI: Loader.TORCH,
    Library.ULTRALYTICS: Loader.TORCH,
    Library.TRANSFORMERS: Loader.TORCH,
    Library.PICKLE: Loader.PICKLE,
    Library.JOBLIB: Loader.PICKLE,
}
# What loading a model imports behind the code's back, where it is installed; what else a pickle
# may hold is seldom a model.
_BEHIND: Final = {
    Library.PICKLE: "sklearn",
    Library.JOBLIB: "sklearn",
    Library.TRANSFORMERS: "torch",
    Library.FASTAI: "torch",
    Library.ULTRALYTICS: "torch",
}
# What a module imports as soon as it is imported itself, where it is installed.
_UNDER: Final = {
    **dict.fromkeys(("keras", "tf_keras", "tensorflow_hub", "deepface", "mtcnn"), "tensorflow"),
    **dict.fromkeys(("ultralytics", "torchvision", "torchaudio", "fastai", "easyocr"), "torch"),
    **dict.fromkeys(("sentence_transformers", "whisper", "timm", "facenet_pytorch"), "torch"),
}
_AT_BOOT: Final = frozenset((Moment.IMPORT, Moment.READY, Moment.WORKER))
_SERVED: Final = _AT_BOOT | {Moment.FIRST_REQUEST, Moment.REQUEST}
# A model whose file is not here: the middle of those that projects like these carry. Nothing is
# assumed for small kinds of file.
_USUAL_BYTES: Final = {
    Loader.KERAS: 30_000_000,
    Loader.SAVED_MODEL: 30_000_000,
    Loader.TORCH: 50_000_000,
}
# distilbert-base, which most pipelines take where none is named; nearly all others are larger.
_USUAL_TRANSFORMER_BYTES: Final = 268_000_000
# The first with a wheel for Python 3.10, which no host goes below.
_OLDEST_TENSORFLOW: Final = (2, 8)
# gunicorn, and what reads WEB_CONCURRENCY as it does.
_READS_WEB_CONCURRENCY: Final = frozenset(("gunicorn", "uvicorn", "hypercorn"))
# Packages that each bring the module of that name; the first that is installed counts.
_SAME_COST: Final = {
    "tensorflow-intel": "tensorflow-cpu",
    "tensorflow-macos": "tensorflow-cpu",
    "tensorflow-gpu": "tensorflow",
    "tf-nightly": "tensorflow",
    "opencv-contrib-python": "opencv-python",
    "opencv-contrib-python-headless": "opencv-python-headless",
}


@dataclass(frozen=True, slots=True)
class Situation:
    """A workload, and where the project says it.

    Attributes:
        server: What serves it.
        said: Whether the number of workers is written down, and not a default.
        where: Where the number of workers is said, or the command.
    """

    workload: Workload
    server: Server
    said: bool
    where: FileSpan
    loads: tuple[ModelLoad, ...]


def situation(context: Context) -> Situation | None:
    """Return what is served; None where nothing says how it is started."""
    server = context.project.server(context.target.platform.name)
    if server is None:
        return None
    workers, said = _workers(context, server)
    if workers is None:
        return None
    loads = tuple(load for load in context.project.code.model_loads if load.moments & _SERVED)
    installed = _by_cost(versions(context))
    workload = Workload(
        serving=Serving(
            kind=server.kind,
            workers=workers,
            threads=server.threads or 1,
            # TensorFlow hangs in a process that was forked after it: it has to go either way.
            preload=server.preload and not _has(installed),
        ),
        at_boot=_libraries(
            _modules(context, context.project.code.imported) | _by_models(loads, _AT_BOOT),
            installed,
        ),
        at_request=_libraries(_late_modules(context) | _by_models(loads, _SERVED), installed),
        models=tuple(_models(context, loads)),
        versions=installed,
        cpus=context.target.visible_cpus or 1.0,
    )
    return Situation(workload, server, said, server.at("workers"), loads)


def _workers(context: Context, server: Server) -> tuple[int | None, bool]:
    """Return how many processes hold the app, and whether that is written down."""
    if server.workers is not None:
        return max(1, server.workers), True
    if server.workers_by_cpus is not None:
        cpus = context.target.visible_cpus
        each, more = server.workers_by_cpus
        return (None if cpus is None else max(1, round(each * cpus) + more)), True
    if server.kind not in _READS_WEB_CONCURRENCY:
        return 1, False
    variables = context.project.environment(context.target.platform.name)
    if "WEB_CONCURRENCY" in server.env or "WEB_CONCURRENCY" in variables:
        value = server.env.get("WEB_CONCURRENCY") or variables.get("WEB_CONCURRENCY") or ""
        return (int(value) if value.isdecimal() and int(value) else None), True
    default = context.target.number("web_concurrency_default")
    if default is None or not server.config_read:
        return (1 if server.config_read else None), False
    return int(default), False


def _modules(context: Context, paths: Iterable[str]) -> frozenset[str]:
    """Return the roots of what files import at once."""
    wanted = frozenset(paths)
    return frozenset(
        item.root
        for item in context.project.code.imports
        if item.top_level and not item.type_checking and not item.local and item.path in wanted
    )


def _late_modules(context: Context) -> frozenset[str]:
    """Return the roots of what only functions import, in files that the web process uses."""
    code = context.project.code
    return frozenset(
        item.root
        for item in code.imports
        if item.path in code.served and not item.type_checking and not item.local
    )


def _by_models(loads: Iterable[ModelLoad], moments: frozenset[Moment]) -> frozenset[str]:
    """Return what packages import by themselves to load a model: transformers imports torch."""
    return frozenset(
        _BEHIND[load.library]
        for load in loads
        if load.library in _BEHIND and load.moments & moments
    )


def _libraries(modules: frozenset[str], installed: Mapping[str, str]) -> frozenset[str]:
    """Return the packages that these modules are of; what is not installed is not imported."""
    wanted = modules | {_UNDER[module] for module in modules if module in _UNDER}
    found = set()
    for root in wanted:
        there = [name for name in costs().by_module(root) if name in installed]
        found |= set(there[:1])
    return frozenset(found)


def _has(installed: Mapping[str, str]) -> bool:
    return "tensorflow" in installed or "tensorflow-cpu" in installed


def _by_cost(installed: Mapping[str, str]) -> dict[str, str]:
    """Return the versions under the names that were measured.

    A TensorFlow that no host's Python can install will be a newer one once the pin is mended.
    """
    same = {_SAME_COST[name]: version for name, version in installed.items() if name in _SAME_COST}
    both = {**same, **installed}
    return {name: "" if _is_bygone(name, version) else version for name, version in both.items()}


def _is_bygone(name: str, version: str) -> bool:
    if not name.startswith("tensorflow"):
        return False
    parts = version.split(".")[:2]
    return all(map(str.isdecimal, parts)) and tuple(map(int, parts)) < _OLDEST_TENSORFLOW


def _models(context: Context, loads: Iterable[ModelLoad]) -> Iterator[Model]:
    seen = set()
    for load in loads:
        loader = _LOADERS.get(load.library)
        path = "" if load.model is None else load.model.path
        written = "" if load.model is None else load.model.written
        key = path or written or (load.path, load.line)
        if loader is None or key in seen:
            continue
        seen.add(key)
        size = _size(context, path) if path else None
        if size is None:
            of_hub = load.library is Library.TRANSFORMERS
            size = _USUAL_TRANSFORMER_BYTES if of_hub else _USUAL_BYTES.get(loader, 0)
        yield Model(path or written or "a model", loader, size, bool(load.moments & _AT_BOOT))


def _size(context: Context, path: str) -> int | None:
    """Return the bytes of a file, or of all files in a folder; None where there is none."""
    files = context.project.files
    entry = files.get(path)
    if entry is not None:
        return entry.size_bytes if entry.lfs is None else entry.lfs.size_bytes
    inside = [one.size_bytes for one in files if one.path.startswith(f"{path}/")]
    return sum(inside) if inside else None
