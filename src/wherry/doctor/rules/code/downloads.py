"""Models that are fetched while somebody waits, and what is written where files are memory."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage
from wherry.findings import Finding
from wherry.project.code.indexing import Call, last_name
from wherry.project.code.model_loading import where
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_SITE: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST, Moment.IMPORT, Moment.READY))
_IN_REQUEST: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST))
# What fetches models and nothing else, as a rule.
_DOWNLOADS: Final = frozenset(
    (
        *("gdown.download", "gdown.download_folder", "wget.download"),
        *("urllib.request.urlretrieve", "six.moves.urllib.request.urlretrieve"),
        *("huggingface_hub.hf_hub_download", "huggingface_hub.snapshot_download"),
        *("keras.utils.get_file", "tensorflow.keras.utils.get_file"),
        "torch.hub.download_url_to_file",
    )
)
# The clients of S3, Google Cloud Storage and Azure: whether it is a model is told around them.
_FROM_BUCKETS: Final = frozenset(
    ("download_to_filename", "download_file", "download_fileobj", "download_to_file")
)
_FETCHES: Final = frozenset(
    ("requests.get", "urllib.request.urlopen", "httpx.get", "httpx.stream", "requests.request")
)
_SHELLS: Final = frozenset(
    ("os.system", "subprocess.run", "subprocess.call", "subprocess.check_call")
)
_SHELL_TOOLS: Final = re.compile(r"\b(?:wget|curl|gdown|aws s3 cp|gsutil cp)\b")
_MODEL: Final = re.compile(
    r"\.(?:h5|hdf5|keras|onnx|tflite|pt|pth|pkl|pickle|joblib|safetensors|pb|bin|weights)\b"
    r"|(?i:model|weights|checkpoint)"
)
_WRITES: Final = re.compile(r"""['"]w\+?b\+?['"]|\.write_bytes\(|\.write\(""")
# A bucket, a key or a variable called so; Django's own "models." is none.
_NAMED: Final = re.compile(r"(?i)(?:model|weight|checkpoint)s?(?![\w.])")
_LOADS: Final = re.compile(
    r"load_model\(|InferenceSession\(|Interpreter\(|(?:joblib|torch|pickle)\.load\("
)
# A model's own ending: "model" alone is also a car's.
_ENDING: Final = re.compile(
    r"\.(?:h5|hdf5|keras|onnx|tflite|pt|pth|pkl|pickle|joblib|safetensors)\b"
)
_REMOVED: Final = re.compile(
    r"os\.(?:remove|unlink)\(|\.unlink\(|rmtree\(|TemporaryDirectory|TemporaryFile"
)
_IN_MEMORY: Final = "in memory"


def _downloads(context: Context) -> Iterator[Finding]:
    for source, call, moments in fetched(context):
        yield found(
            "model-downloaded-at-request",
            source.at(call.node),
            severity=Severity.ERROR if moments & _IN_REQUEST else Severity.WARNING,
            values={"code_file": source.path},
        )


def fetched(context: Context) -> Iterator[tuple[Source, Call, frozenset[Moment]]]:
    """Return the calls of the site that fetch a model, and when they run."""
    reach = context.project.code.reach
    words = ("download", "urlretrieve", "get_file", "gdown", "wget", "requests", "urlopen", "httpx")
    for source in usage.sources(context, *words, "curl", "gsutil"):
        for call in source.index.calls:
            if _fetches_model(source, call):
                moments = reach.of(source, call)
                if moments & _SITE:
                    yield source, call, moments


def _fetches_model(source: Source, call: Call) -> bool:
    name = source.resolve(call.node.func)
    if name in _DOWNLOADS:
        return True
    if last_name(call.node.func) in _FROM_BUCKETS and isinstance(call.node.func, ast.Attribute):
        around = _around(call)
        told = any(pattern.search(around) for pattern in (_ENDING, _LOADS))
        return told or bool(_NAMED.search(ast.unparse(call.node)))
    if name in _FETCHES:
        around = _around(call)
        return bool(_WRITES.search(around) and _ENDING.search(around))
    if name in _SHELLS:
        text = ast.unparse(call.node).replace("', '", " ")
        return bool(_SHELL_TOOLS.search(text) and _MODEL.search(text))
    return False


def _around(call: Call) -> str:
    """Return the text of the function that a call stands in; of a module only its statement."""
    function = call.scope.function
    return ast.unparse(call.statement if function is None else function)


def _in_memory(context: Context) -> Iterator[Finding]:
    """Report what is written on a host that has no disk."""
    fact = context.target.find("filesystem")
    if fact is None or fact.value != _IN_MEMORY:
        return
    seen: set[str] = set()
    for source, call in (*_models_kept(context), *_uploads_kept(context)):
        if source.path not in seen:
            seen.add(source.path)
            yield found(
                "files-count-as-memory",
                source.at(call.node),
                values={"where": where(source, call), "code_file": source.path},
            )


def _models_kept(context: Context) -> Iterator[tuple[Source, Call]]:
    for source, call, _ in fetched(context):
        yield source, call


def _uploads_kept(context: Context) -> Iterator[tuple[Source, Call]]:
    """Return the places where a request writes a file and does not remove it."""
    reach = context.project.code.reach
    for source in usage.sources(context, "open(", "write_bytes("):
        for call in source.index.calls:
            if not _opens_to_write(source, call) or not reach.of(source, call) & _IN_REQUEST:
                continue
            if not _REMOVED.search(_around(call)):
                yield source, call


def _opens_to_write(source: Source, call: Call) -> bool:
    function = call.node.func
    if isinstance(function, ast.Attribute) and function.attr == "write_bytes":
        return True
    if source.resolve(function) != "open" or len(call.node.args) < 2:
        return False
    mode = call.node.args[1]
    return (
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and mode.value[:1] in "wxa"
    )


DOWNLOADS: Final = Rule("downloads-in-request", ("model-downloaded-at-request",), _downloads)
IN_MEMORY: Final = Rule("files-in-memory", ("files-count-as-memory",), _in_memory)
