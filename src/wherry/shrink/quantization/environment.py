"""The environment that quantizes, as data (``quantizer.toml``)."""

import tomllib
from importlib.resources import files

from wherry.shrink.conversion.environments import Environment, Say, make, quiet


def quantizer_environment(say: Say = quiet) -> Environment:
    """Return the environment with LiteRT's and ONNX Runtime's quantizers.

    Raises:
        ConversionFailed: it cannot be made.
    """
    content = (files("wherry.shrink.quantization") / "quantizer.toml").read_text(encoding="utf-8")
    table = tomllib.loads(content)
    return make(
        "quantizer",
        table["requirements"],
        table["pythons"],
        modules=("litert_quantizer.quantizer", "onnxruntime.quantization"),
        say=say,
    )
