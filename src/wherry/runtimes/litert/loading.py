"""Load a ``.tflite`` file, with weights of its own or shared ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wherry.errors import RuntimeMissing
from wherry.runtimes.litert.compiled import CompiledLiteRTModel, open_compiled
from wherry.runtimes.litert.interpreter import InterpreterModel, open_interpreter
from wherry.runtimes.litert.programs import Program, read_programs
from wherry.runtimes.protocol import LoadedModel, LoadOptions, Sample

_WEIGHTS = "packed.xnnpack"


def load(model: Path, options: LoadOptions) -> LoadedModel:
    """Load a ``.tflite`` file; see ``protocol.Runtime``."""
    interpreter_class = _interpreter_class()
    if options.weight_cache is not None:
        import ai_edge_litert

        from wherry.runtimes.weights.cache import shared_weights

        library = f"ai-edge-litert {ai_edge_litert.__version__}"
        folder = shared_weights("litert", model, options, library=library, files=[model])
        if folder is not None:
            return load_with_weights(model, folder, options)
    return InterpreterModel(interpreter_class, model, options.threads)


def keep_weights(
    model: Path, folder: Path, options: LoadOptions, samples: Sequence[Sample]
) -> None:
    """Write the packed weights of a model to ``folder``; running it once completes them."""
    loaded = _compiled_model(model, folder, options)
    for signature, inputs in samples:
        loaded.run(signature, inputs)
    loaded.close()


def load_with_weights(model: Path, folder: Path, options: LoadOptions) -> LoadedModel:
    """Load a model with the weights that ``keep_weights`` wrote."""
    return _compiled_model(model, folder, options)


def _compiled_model(model: Path, folder: Path, options: LoadOptions) -> CompiledLiteRTModel:
    compiled = open_compiled(model, folder / _WEIGHTS, options.threads)
    return CompiledLiteRTModel(compiled, _programs(model))


def _programs(model: Path) -> dict[str, Program]:
    """Read the signatures: an Interpreter without tensors packs no weights."""
    interpreter = open_interpreter(_interpreter_class(), str(model), model.name, 1)
    return read_programs(interpreter._interpreter, model.name)


def _interpreter_class() -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise RuntimeMissing(
            f'Serving a .tflite model needs LiteRT: pip install "wherry[litert]" ({error}).'
        ) from error
    return Interpreter
