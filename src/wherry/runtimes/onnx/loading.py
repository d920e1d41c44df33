"""Load an ``.onnx`` file, with weights of its own or shared ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wherry.errors import BundleError, RuntimeMissing
from wherry.runtimes.onnx.external import external_files
from wherry.runtimes.onnx.session import ONNXModel, cannot_load, model_of
from wherry.runtimes.protocol import LoadedModel, LoadOptions, Sample

_SILENT = 4
"""ONNX Runtime's log level that keeps all but fatal errors quiet: they come as exceptions."""
_MODEL = "packed.onnx"
_WEIGHTS = "packed.bin"
_SMALLEST_PACKED_BYTES = 1024


def load(model: Path, options: LoadOptions) -> LoadedModel:
    """Load an ``.onnx`` file; see ``protocol.Runtime``."""
    onnxruntime = _onnxruntime()
    files = [model, *external_files(model)]
    if options.weight_cache is not None:
        from wherry.runtimes.weights.cache import shared_weights

        library = f"onnxruntime {onnxruntime.__version__}"
        folder = shared_weights("onnx", model, options, library=library, files=files)
        if folder is not None:
            return load_with_weights(model, folder, options)
    return _session_model(onnxruntime, model, _settings(onnxruntime, options))


def keep_weights(
    model: Path, folder: Path, options: LoadOptions, _samples: Sequence[Sample]
) -> None:
    """Write the optimized model and its packed weights to ``folder``.

    Packed weights are as the kernels of this processor read them, so that every process maps
    the file and makes no copy of its own.
    """
    onnxruntime = _onnxruntime()
    settings = _settings(onnxruntime, options)
    settings.optimized_model_filepath = str(folder / _MODEL)
    for key, value in (
        ("session.optimized_model_external_initializers_file_name", _WEIGHTS),
        (
            "session.optimized_model_external_initializers_min_size_in_bytes",
            str(_SMALLEST_PACKED_BYTES),
        ),
        ("session.save_external_prepacked_constant_initializers", "1"),
    ):
        settings.add_session_config_entry(key, value)
    _session_model(onnxruntime, model, settings)


def load_with_weights(_model: Path, folder: Path, options: LoadOptions) -> LoadedModel:
    """Load a model with the weights that ``keep_weights`` wrote."""
    onnxruntime = _onnxruntime()
    settings = _settings(onnxruntime, options)
    # What was saved is optimized; to do it again would make other tensors than those packed.
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return _session_model(onnxruntime, folder / _MODEL, settings)


def _settings(onnxruntime: Any, options: LoadOptions) -> Any:
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _SILENT
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return settings


def _session_model(onnxruntime: Any, model: Path, settings: Any) -> ONNXModel:
    try:
        # Its fallback would print, and try the same provider again.
        session = onnxruntime.InferenceSession(
            str(model), settings, providers=["CPUExecutionProvider"], enable_fallback=0
        )
        return model_of(session)
    except BundleError:
        raise
    # ONNX Runtime's exceptions share no class of their own below Exception.
    except Exception as error:
        raise BundleError(cannot_load(model, str(error))) from error


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeMissing(
            f'Serving an .onnx model needs ONNX Runtime: pip install "wherry[onnx]" ({error}).'
        ) from error
    return onnxruntime
