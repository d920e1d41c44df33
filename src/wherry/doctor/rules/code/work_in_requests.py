"""Work that a request should not do: training, cameras, calls without an end."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage
from wherry.findings import Finding
from wherry.project.code.indexing import Call, argument, dotted, keyword
from wherry.project.code.model_loading import where
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_SITE: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST, Moment.IMPORT, Moment.READY))
_IN_REQUEST: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST))
_TRAINERS: Final = (
    "keras",
    "tensorflow",
    "sklearn",
    "xgboost",
    "lightgbm",
    "catboost",
    "torch",
    "prophet",
)
# What is fitted in a blink: it prepares data rather than learning from it.
_PREPARES: Final = (
    "Scaler",
    "Encoder",
    "Vectorizer",
    "Imputer",
    "Tokenizer",
    "Binarizer",
    "PCA",
    "Transformer",
)
_DEVICES: Final = {
    "cv2.VideoCapture": "cv2.VideoCapture",
    "cv2.imshow": "cv2.imshow",
    "cv2.namedWindow": "cv2.namedWindow",
    "cv2.waitKey": "cv2.waitKey",
    "sounddevice.rec": "sounddevice",
    "pyaudio.PyAudio": "pyaudio",
    "speech_recognition.Microphone": "speech_recognition.Microphone",
    "imutils.video.VideoStream": "VideoStream",
}
_VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "request")
_WAITING: Final = frozenset(f"requests.{verb}" for verb in _VERBS) | {"urllib.request.urlopen"}
_SESSIONS: Final = frozenset(("requests.Session", "requests.session", "requests.sessions.Session"))


def _calls(context: Context, *words: str) -> Iterator[tuple[Source, Call]]:
    for source in usage.sources(context, *words):
        for call in source.index.calls:
            yield source, call


def _training(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source, call in _calls(context, ".fit(", ".fit_generator(", ".train_on_batch("):
        function = call.node.func
        if not isinstance(function, ast.Attribute):
            continue
        if function.attr not in ("fit", "fit_generator", "train_on_batch"):
            continue
        if not any(item.root in _TRAINERS for item in source.imports) or _prepares(
            source, function
        ):
            continue
        if _is_function_of_module(source, function) or not reach.of(source, call) & _IN_REQUEST:
            continue
        yield found(
            "training-in-request",
            source.at(call.node),
            severity=Severity.ERROR,
            values={"call": ast.unparse(function)[:60], "code_file": source.path},
        )


def _is_function_of_module(source: Source, function: ast.Attribute) -> bool:
    """Whether it belongs to a module and no model: PIL.ImageOps.fit."""
    node = function.value
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in source.names


def _prepares(source: Source, function: ast.Attribute) -> bool:
    """Whether what is fitted is a scaler, an encoder or the like."""
    owner = function.value
    text = ast.unparse(owner)
    if any(
        word.lower() in text.lower()
        for word in (*_PREPARES, "scaler", "sc", "enc")
        if len(word) > 2
    ):
        return True
    for statement, _, _ in source.index.statements:
        if (
            isinstance(statement, ast.Assign)
            and any(ast.unparse(target) == text for target in statement.targets)
            and isinstance(statement.value, ast.Call)
        ):
            made = source.resolve(statement.value.func).rpartition(".")[2]
            if any(word in made for word in _PREPARES):
                return True
    return False


def _devices(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source, call in _calls(
        context,
        "VideoCapture",
        "imshow",
        "namedWindow",
        "waitKey",
        "sounddevice",
        "pyaudio",
        "Microphone",
        "pyautogui",
        "VideoStream",
    ):
        name = source.resolve(call.node.func)
        told = _DEVICES.get(name) or ("pyautogui" if name.startswith("pyautogui.") else None)
        if told is None or (told == "cv2.VideoCapture" and not _is_device(context, source, call)):
            continue
        moments = reach.of(source, call)
        if moments & _SITE:
            yield found(
                "webcam-on-server",
                source.at(call.node),
                severity=Severity.ERROR,
                values={"call": told, "code_file": source.path},
            )


def _is_device(context: Context, source: Source, call: Call) -> bool:
    """Whether a capture opens a camera by its number, and no file."""
    first = argument(call.node, 0, "index", "filename")
    if first is None:
        return False
    plain = context.project.code.evaluator(source, call).value(first).plain
    return isinstance(plain, int) or (isinstance(plain, str) and plain.startswith("/dev/"))


def _waiting(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source, call in _calls(context, "requests", "urlopen"):
        name = _of_session(source, call) or source.resolve(call.node.func)
        if name not in _WAITING or keyword(call.node, "timeout") is not None:
            continue
        if any(item.arg is None for item in call.node.keywords):
            continue
        if name.endswith("urlopen") and len(call.node.args) > 2:
            continue
        if reach.of(source, call) & _IN_REQUEST:
            yield found(
                "outbound-call-without-timeout",
                source.at(call.node),
                values={"call": name, "code_file": source.path, "where": where(source, call)},
            )


def _of_session(source: Source, call: Call) -> str:
    """Return what a session's method is in requests; "" where it is none, or has an adapter."""
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _VERBS:
        return ""
    owner = dotted(function.value)
    made = [source.resolve(node) for node in source.index.made_by.get(owner, ())]
    made += _opened(source, call, owner)
    if not made or not _SESSIONS.issuperset(made):
        return ""
    # An adapter of the project's own may well bring the limit.
    return "" if "mount" in source.index.by_callee else f"requests.{function.attr}"


def _opened(source: Source, call: Call, name: str) -> list[str]:
    """Return what a name is in the ``with`` statements around a call."""
    return [
        source.resolve(item.context_expr.func)
        for block in call.blocks
        if isinstance(block.node, ast.With | ast.AsyncWith)
        for item in block.node.items
        if isinstance(item.context_expr, ast.Call)
        and item.optional_vars is not None
        and dotted(item.optional_vars) == name
    ]


TRAINING: Final = Rule("training-in-request", ("training-in-request",), _training)
DEVICES: Final = Rule("devices-on-server", ("webcam-on-server",), _devices)
WAITING: Final = Rule("outbound-timeouts", ("outbound-call-without-timeout",), _waiting)
