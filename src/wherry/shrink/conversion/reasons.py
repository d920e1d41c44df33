"""Turn what TensorFlow, its converter and tf2onnx say into one sentence."""

import re

from wherry.shrink.conversion.processes import TaskFailed
from wherry.shrink.conversion.sources import Source

_LONG, _LONGEST = 160, 300
_FRAME = re.compile(
    r"in user code|(?:\w+: )?Exception encountered|"
    r"Graph execution error|Detected at node|Node: |File \"|\[\[|Errors? may have|Original stack"
)
_KINDS = {
    "f16": "16-bit floats",
    "bf16": "bfloat16 numbers",
    "f64": "64-bit floats",
    "complex": "complex numbers",
}


def reason(failure: TaskFailed) -> str:
    """Return the line that tells most, without a closing stop."""
    if failure.kind == "MemoryError" or "OOM when allocating" in str(failure):
        return "the memory of this machine does not suffice"
    if (match := re.search(r"pyfunc_\d+|[Pp]y_?[Ff]unc", str(failure))) is not None:
        return f"it calls Python code (tf.py_function), which is not in the file ({match.group()})"
    return f"{failure.kind}: {_first_line(str(failure))}"


def keras_reason(failure: TaskFailed, source: Source) -> str:
    """Return a sentence about a file that Keras could not load."""
    message = str(failure)
    unknown = re.search(
        r"Unknown (?:layer|object|[a-z]+(?: function)?):? ['\"]?([\w>.]+)|"
        r"Could not locate (?:class|function) ['\"]([\w>.]+)",
        message,
    )
    if unknown:
        name = unknown.group(1) or unknown.group(2)
        return (
            f"The model uses {name}, which Keras does not know. Give the Python file that defines "
            "it: --with FILE.py."
        )
    if failure.kind == "NotTraceable":
        layer = re.search(r"when calling (?:layer )?[\"']?(\w+)", message)
        where = f" at its layer {layer.group(1)}" if layer else ""
        return f"{source.name} cannot make a graph of the model{where}: {_first_line(message)}."
    return f"{source.name} cannot load the model: {reason(failure)}."


def litert_reason(failure: TaskFailed) -> str:
    """Return a sentence about a model that the LiteRT converter refused."""
    operators = unsupported_operators(str(failure))
    if operators:
        return f"LiteRT has no operator for {_listed(operators)}{_numbers(str(failure))}."
    error = re.search(r"error: (?:loc\(.*?\): )?(?:error: )?([^\n]+)", _unlocated(str(failure)))
    said = error.group(1).strip().rstrip(".") if error else reason(failure)
    return f"The LiteRT converter refused the model: {said[:_LONGEST]}."


def unsupported_operators(message: str) -> list[str]:
    """Return TensorFlow's names of the operators that LiteRT lacks, as a converter error says."""
    found: set[str] = set()
    for listed in re.findall(r"(?:TF Select|Flex|Custom) ops: ([^\n]+)", message):
        found.update(name.strip().removeprefix("Flex") for name in listed.split(","))
    found.update(re.findall(r"'tf\.(\w+)' op is neither a custom op nor a flex op", message))
    if not found:
        found.update(re.findall(r"failed to legalize operation 'tf\.(\w+)'", message))
    return sorted(name for name in found if name)


def onnx_reason(failure: TaskFailed) -> str:
    """Return a sentence about a model that tf2onnx could not convert."""
    return f"tf2onnx cannot convert the model: {reason(failure)}."


def _listed(operators: list[str]) -> str:
    shown = [f"tf.{name}" for name in operators[:4]]
    if len(operators) > len(shown):
        shown.append(f"{len(operators) - len(shown)} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _numbers(message: str) -> str:
    """Return " of 64-bit floats" where it is the numbers that each of the operators fails for."""
    details = re.findall(r"^\s*tf\.\w+\((.*?)\) -> ", message, re.MULTILINE)
    kinds = {kind for detail in details for kind in re.findall(r"[x<](b?f16|f64|complex)", detail)}
    if not details or len(kinds) != 1 or any(next(iter(kinds)) not in each for each in details):
        return ""
    return f" of {_KINDS[kinds.pop()]}"


def _unlocated(message: str) -> str:
    """Return the message without MLIR's locations, which may span lines."""
    return re.sub(r"loc\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:\))?: ?", "", message)


def _first_line(message: str) -> str:
    plain = re.sub(r"\x1b\[\d*m", "", message)  # colours
    plain = re.sub(r"^\s*File \".*\n.*$", "", plain, flags=re.MULTILINE)  # a frame and its code
    lines = [line.strip() for line in plain.splitlines() if line.strip(" ~^*")]
    telling = [line for line in lines if not _FRAME.match(line)]
    line = (telling or lines or ["it gave no reason"])[0]
    if len(line) > _LONG:
        line = re.split(r"(?<=[a-z)][.!?]) ", line, maxsplit=1)[0]
    return line[:_LONGEST].rstrip(".: ")
