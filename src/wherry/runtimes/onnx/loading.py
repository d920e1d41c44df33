"""Load an ``.onnx`` file, with weights of its own or shared ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wherry.errors import BundleError, RuntimeMissing
from wherry.runtimes import devices
from wherry.runtimes.devices import Card
from wherry.runtimes.onnx.external import external_files
from wherry.runtimes.onnx.session import ONNXModel, cannot_load, model_of
from wherry.runtimes.protocol import LoadedModel, LoadOptions, Sample

_CPU = "CPUExecutionProvider"
_CUDA = "CUDAExecutionProvider"
_SILENT = 4
"""ONNX Runtime's log level that keeps all but fatal errors quiet: they come as exceptions."""
_MODEL = "packed.onnx"
_WEIGHTS = "packed.bin"
_SMALLEST_PACKED_BYTES = 1024


def load(model: Path, options: LoadOptions) -> LoadedModel:
    """Load an ``.onnx`` file; see ``protocol.Runtime``."""
    onnxruntime = _onnxruntime()
    files = [model, *external_files(model)]
    card = _card(onnxruntime)
    if card is not None:
        settings = _settings(onnxruntime, options)
        return _session_model(onnxruntime, model, settings, card)
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


def _session_model(
    onnxruntime: Any, model: Path, settings: Any, card: Card | None = None
) -> ONNXModel:
    try:
        # Its fallback would print, and try the same provider again.
        session = onnxruntime.InferenceSession(
            str(model), settings, providers=_providers(card), enable_fallback=0
        )
        loaded = model_of(session)
        loaded.device = _device(session, card)
        return loaded
    except BundleError:
        raise
    # ONNX Runtime's exceptions share no class of their own below Exception.
    except Exception as error:
        raise BundleError(cannot_load(model, str(error))) from error


def _card(onnxruntime: Any) -> Card | None:
    """Return the card to load models on; None for the CPU."""
    if not devices.wants_card():
        return None
    if _CUDA not in onnxruntime.get_available_providers():
        devices.fall_back(
            f"this ONNX Runtime ({onnxruntime.__version__}) is the build for processors. Require "
            "onnxruntime-gpu in the stead of onnxruntime"
        )
        return None
    return devices.card(_built_for())


def _built_for() -> str:
    """Return the CUDA version that ONNX Runtime was built against; "" where it does not say."""
    try:
        from onnxruntime.capi import build_and_package_info
    except ImportError:
        return ""
    return str(getattr(build_and_package_info, "cuda_version", "") or "")


def _providers(card: Card | None) -> list[Any]:
    if card is None:
        return [_CPU]
    # Memory in the steps that are asked for and up to a limit, and float32 products in full: TF32
    # keeps 10 bits of them. cuDNN plans convolutions again for each number of items: by rules in
    # half of the time that it takes to try them all, to the same speed (docs/decisions/0007).
    cuda = {
        "device_id": "0",
        "gpu_mem_limit": str(card.limit_bytes),
        "arena_extend_strategy": "kSameAsRequested",
        "use_tf32": "0",
        "cudnn_conv_algo_search": "HEURISTIC",
    }
    return [(_CUDA, cuda), _CPU]


def _device(session: Any, card: Card | None) -> str:
    """Return what a session really runs on; say it where that is not the chosen card."""
    if card is None:
        return devices.CPU
    if _CUDA in session.get_providers():
        return f"{devices.CUDA} ({card.name})"
    devices.fall_back(
        f"ONNX Runtime cannot use {card.name}: CUDA's and cuDNN's libraries are not on the "
        'loader\'s path, or of another version. Build with accelerator = "cuda" in [tool.wherry]'
    )
    return devices.CPU


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeMissing(
            f'Serving an .onnx model needs ONNX Runtime: pip install "wherry[onnx]" ({error}).'
        ) from error
    return onnxruntime
