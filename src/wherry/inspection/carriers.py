"""Which runtimes can carry a model, told by its operators and layers; and why not.

``yes`` and ``no`` are said only where they are certain. Whether a model converts, the conversion
tells; what is told here is what is sure to stand against it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from wherry.inspection.known import tensorflow_operators, tflite_operators
from wherry.inspection.report import Carrier, Carries
from wherry.tensors import Datatype, Signature

LITERT, ONNX, TENSORFLOW = "litert", "onnx", "tensorflow"

_SHOWN = 3
"""So many operators are named in a sentence; the histogram names all."""


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Operators of TensorFlow that a converter has no counterpart for, and what they do."""

    operators: re.Pattern[str]
    does: str
    carries: Carries = Carries.NO
    runtimes: tuple[str, ...] = (LITERT, ONNX)


_PYTHON = re.compile(r"(Eager)?PyFunc(Stateless)?")
# In the order of weight. All are of TensorFlow's own; LiteRT runs them only with the Flex
# delegate, which Wherry does not ship, and tf2onnx has no counterpart for them.
_OBSTACLES = (
    _Obstacle(re.compile(r"Parse(Single)?(Sequence)?Example(V2)?"), "parses tf.train.Example"),
    _Obstacle(
        re.compile(
            r"String(?!ToNumber).+|(Static)?Regex.+|Unicode.+|Substr|ReduceJoin|.+Base64"
            r"|Decode(Raw|PaddedRaw|CSV|JSONExample)|(Parse|Serialize)Tensor"
        ),
        "works on strings",
    ),
    _Obstacle(
        re.compile("AsString|StringToNumber"),
        "turns numbers into strings or back",
        runtimes=(LITERT,),
    ),
    _Obstacle(re.compile("(Dense)?Bincount"), "counts how often values occur", runtimes=(LITERT,)),
    _Obstacle(
        re.compile(r"(De|En)code(Jpeg|Png|Gif|Bmp|WebP|Image|AndCropJpeg|Wav).*|(Read|Write)File"),
        "reads files or decodes images",
    ),
    _Obstacle(re.compile(r".*Dataset.*|Iterator.+|OneShotIterator"), "reads a data pipeline"),
    _Obstacle(re.compile(r"Mutable(Dense)?HashTable.*"), "keeps a table that changes"),
    _Obstacle(re.compile(r"HashTable(V2)?|LookupTable.+"), "looks words up", Carries.MAYBE),
    _Obstacle(re.compile(r"Ragged.+"), "works on ragged tensors", Carries.MAYBE),
    _Obstacle(re.compile(r"Sparse.+"), "works on sparse tensors", Carries.MAYBE),
)
_PACKAGES = (
    (re.compile(r"TFText>|Wordpiece|FastWordpiece|FastBert|Sentencepiece|CaseFoldUTF8"), "Text"),
    (re.compile(r"NormalizeUTF8|RegexSplitWithOffsets|WhitespaceTokenize|UnicodeScript"), "Text"),
    (re.compile(r"Addons>"), "Addons"),
    (re.compile(r"SimpleML"), "Decision Forests"),
)
_NAMES = {LITERT: "LiteRT", ONNX: "ONNX Runtime", TENSORFLOW: "TensorFlow's C library"}
# Custom operators that LiteRT registers beside the builtin ones. Source: register.cc of LiteRT.
_LITERT_EXTRAS = ("AudioSpectrogram", "Mfcc", "NumericVerify", "TFLite_Detection_PostProcess")
# The newest opset that ONNX Runtime 1.20 has, the oldest version that Wherry runs with.
# Source: docs/Versioning.md of ONNX Runtime.
_OLDEST_OPSET = 21
_STRING_LAYERS = ("HashedCrossing", "Hashing", "TextVectorization")
_TABLE_LAYERS = ("IntegerLookup", "StringLookup")


def graph_carriers(
    operators: Mapping[str, int], signatures: Iterable[Signature]
) -> tuple[Carrier, ...]:
    """Return what can carry a graph of TensorFlow's operators: a SavedModel, a frozen graph."""
    if not any(True for _ in signatures):
        reason = "It has no signature that can be called."
        return tuple(Carrier(runtime, Carries.NO, reason) for runtime in _NAMES)
    custom = [name for name in operators if name not in tensorflow_operators()]
    if python := [name for name in operators if _PYTHON.fullmatch(name)]:
        reason = (
            f"It calls Python code of the process that made it ({_some(python)}), "
            "which no file holds."
        )
        return tuple(Carrier(runtime, Carries.NO, reason) for runtime in _NAMES)
    if custom:
        return tuple(Carrier(runtime, Carries.NO, _custom(runtime, custom)) for runtime in _NAMES)
    converted = tuple(_converted(runtime, operators) for runtime in (LITERT, ONNX))
    return (
        *converted,
        Carrier(TENSORFLOW, Carries.YES, "It has TensorFlow's own operators only."),
    )


def _custom(runtime: str, custom: list[str]) -> str:
    package = next((name for pattern, name in _PACKAGES if pattern.match(custom[0])), "")
    of = f" of TensorFlow {package}" if package else ""
    return f"It needs {_operators(custom)}{of}, which {_NAMES[runtime]} does not have."


def _converted(runtime: str, operators: Mapping[str, int]) -> Carrier:
    for obstacle in _OBSTACLES:
        if runtime not in obstacle.runtimes:
            continue
        if found := [name for name in operators if obstacle.operators.fullmatch(name)]:
            what = f"It {obstacle.does} ({_some(found)})"
            if obstacle.carries is Carries.NO:
                return Carrier(
                    runtime, Carries.NO, f"{what}, and {_NAMES[runtime]} has no operator for it."
                )
            return Carrier(
                runtime, Carries.MAYBE, f"{what}, which converts in some models: a try will tell."
            )
    return Carrier(runtime, Carries.MAYBE, "Nothing stands against a conversion: a try will tell.")


def keras_carriers(
    layers: Mapping[str, int],
    custom_objects: Collection[str],
    lambdas: Collection[str],
    signature: Signature | None,
) -> tuple[Carrier, ...]:
    """Return what can carry the model of a Keras file, once Keras has exported it."""
    exported = _exported(custom_objects, lambdas)
    strings = [name for name in layers if name in _STRING_LAYERS]
    tables = [name for name in layers if name in _TABLE_LAYERS]
    found = []
    for runtime in (LITERT, ONNX):
        if strings:
            reason = f"It works on strings ({_some(strings)}), which {_NAMES[runtime]} cannot do."
            found.append(Carrier(runtime, Carries.NO, reason))
        elif tables or _takes_strings(signature):
            what = f"looks words up ({_some(tables)})" if tables else "takes strings"
            reason = f"It {what}, which converts in some models: a try will tell."
            found.append(Carrier(runtime, Carries.MAYBE, reason))
        else:
            found.append(
                exported
                or Carrier(
                    runtime, Carries.MAYBE, "Nothing stands against a conversion: a try will tell."
                )
            )
    plain = Carrier(TENSORFLOW, Carries.YES, "Keras can export it as a SavedModel.")
    return tuple(
        Carrier(runtime, each.carries, each.reason)
        for runtime, each in zip(_NAMES, (*found, exported or plain), strict=True)
    )


def _exported(custom_objects: Collection[str], lambdas: Collection[str]) -> Carrier | None:
    """Return what must be given before Keras can load the file at all, if anything."""
    needs = []
    if custom_objects:
        needs.append(f"code of your own ({_some(custom_objects)}): give it with --with FILE.py")
    if lambdas:
        needs.append(
            f"the code in its Lambda layers ({_some(lambdas)}), which runs when it is loaded: "
            "--allow-lambda, if you trust the file"
        )
    if not needs:
        return None
    return Carrier("", Carries.MAYBE, f"It needs {'; and '.join(needs)}.")


def _takes_strings(signature: Signature | None) -> bool:
    return signature is not None and any(
        spec.datatype is Datatype.BYTES for spec in signature.inputs
    )


def tflite_carriers(
    operators: Mapping[str, int], signatures: Mapping[str, Signature]
) -> tuple[Carrier, ...]:
    """Return what can carry a ``.tflite`` file: LiteRT, or nothing."""
    known = (*tflite_operators(), *_LITERT_EXTRAS)
    custom = [name for name in operators if name not in known]
    if flex := [name for name in custom if name.startswith("Flex")]:
        litert = Carrier(
            LITERT,
            Carries.NO,
            f"It needs TensorFlow beside LiteRT ({_some(flex)}): give the SavedModel or Keras "
            "file that it was made from.",
        )
    elif custom:
        litert = Carrier(LITERT, Carries.NO, _custom(LITERT, custom))
    elif not signatures:
        litert = Carrier(LITERT, Carries.NO, "It has no signature that can be called.")
    else:
        litert = Carrier(LITERT, Carries.YES, "It has LiteRT's own operators only.")
    from_here = "A .tflite file is not converted: give the model that it was made from."
    return (
        litert,
        Carrier(ONNX, Carries.NO, from_here),
        Carrier(TENSORFLOW, Carries.NO, from_here),
    )


def onnx_carriers(
    custom: Collection[str], opset: int, unsupported: Mapping[str, str]
) -> tuple[Carrier, ...]:
    """Return what can carry an ``.onnx`` file: ONNX Runtime, or nothing."""
    if custom:
        onnx = Carrier(ONNX, Carries.NO, _custom(ONNX, list(custom)))
    elif unsupported:
        onnx = Carrier(ONNX, Carries.NO, next(iter(unsupported.values())))
    elif opset > _OLDEST_OPSET:
        reason = f"It is in opset {opset}, which only an ONNX Runtime as new as that has."
        onnx = Carrier(ONNX, Carries.MAYBE, reason)
    else:
        onnx = Carrier(ONNX, Carries.YES, "It has ONNX Runtime's own operators only.")
    from_here = "An .onnx file is not converted: give the model that it was made from."
    return (
        Carrier(LITERT, Carries.NO, from_here),
        onnx,
        Carrier(TENSORFLOW, Carries.NO, from_here),
    )


def _operators(names: Collection[str]) -> str:
    return f"the custom operator{'s' if len(names) > 1 else ''} {_some(names)}"


def _some(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
