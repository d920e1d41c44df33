"""Graphics cards: CUDA and cuDNN of another version, full cards, cards that a fork has lost."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


def _apart(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("cuda-versions-apart", values_of(found))


SIGNATURES = (
    # The runtimes say this of a card that the parent process had already opened.
    *sees(
        "fork-after-model-load",
        r"Cannot re-initialize (?:CUDA|XPU|HIP|NPU|MPS) in forked subprocess",
        r"CUDA_ERROR_NOT_INITIALIZED: .{1,40}",
        r"cudaErrorInitializationError: .{1,40}",
        r"(?:CUDA|HIP) (?:error|failure 3): initialization error",
        r"cuda runtime error \(3\) : initialization error",
        r"cudaGetDevice(?:Count)?\(\) failed\. Status: initialization error",
    ),
    *sees(
        "memory-alloc-failed",
        r"(?:CUDA|HIP|XPU|MPS|cuda) (?:error: )?(?:backend )?out of memory",
        r"CUDA_ERROR_OUT_OF_MEMORY",
        r"cudaErrorMemoryAllocation",
        r"CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED",
        r"CUDA failure 2: out of memory",
        r"CUDA runtime implicit initialization on GPU:\d+ failed\. Status: out of memory",
        r"Dst tensor is not initialized",
    ),
    *sees(
        "cuda-versions-apart",
        (
            r"Loaded (?:runtime )?CuDNN library: (?P<found>[\d.]+) but source was compiled with:? "
            r"(?P<wanted>[\d.]+\d)"
        ),
        r"DNN library is not found",
        r"DNN library initialization failed",
        r"Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED",
        r"CuDNN library needs to have matching major version",
        r"cuDNN version incompatibility: .{1,200}",
        r"CUDA driver version is insufficient for CUDA runtime version",
        r"The NVIDIA driver on your system is too old \(found version (?P<found>\d+)\)",
        r"forward compatibility was attempted on non supported HW",
        r"CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
        r"the provided PTX was compiled with an unsupported toolchain",
        r"CUDA_ERROR_INVALID_IMAGE|CUDA_ERROR_NO_BINARY_FOR_GPU",
        r"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        r"no kernel image is available for execution on the device",
        r"is not compatible with the current PyTorch installation",
        r"The detected CUDA version \((?P<found>[\d.]+)\) mismatches the version that was used",
        r"Found CUDA version (?P<found>\d+), but JAX was built against version (?P<wanted>\d+)",
        r"Unable to load any of \{lib(?P<library>\w+)\.so[^}]*\}",
        r"Invalid handle\. Cannot load symbol cu\w+",
        r"Could not load library lib(?P<library>cudnn\w*)\.so[\w.]*",
        (
            r"Failed to load library \S*libonnxruntime_providers_(?:cuda|tensorrt)\.so with error: "
            r".{0,200}(?:libcu|libnv)"
        ),
        r"Failed to get convolution algorithm\. This is probably because cuDNN failed",
        r"CUDA kernel errors might be .{0,100}device kernel image is invalid",
        judge=_apart,
    ),
)
