"""Graphics cards: other versions, full ones, ones that a fork has lost; and hosts without any."""

import pytest

from tests.signatures.reading import first_causes, noise, trace

PREDICT = (
    "/usr/lib/python3/dist-packages/django/core/handlers/base.py:_get_response:x",
    "/app/shop/views.py:predict:y = net(x)",
)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (
            (
                "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with "
                "multiprocessing, you must use the 'spawn' start method"
            ),
            "fork-after-model-load",
        ),
        ("RuntimeError: CUDA error: initialization error", "fork-after-model-load"),
        (
            (
                "cupy_backends.cuda.api.runtime.CUDARuntimeError: cudaErrorInitializationError: "
                "initialization error"
            ),
            "fork-after-model-load",
        ),
        (
            (
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. "
                "GPU 0 has a "
                "total capacity of 14.74 GiB of which 14.12 MiB is free."
            ),
            "memory-alloc-failed",
        ),
        ("RuntimeError: CUDA error: out of memory", "memory-alloc-failed"),
        (
            (
                "tensorflow.python.framework.errors_impl.UnimplementedError: Graph execution "
                "error:\n\n"
                "Detected at node 'conv1/Relu' defined at (most recent call last):\n"
                '    File "/app/shop/views.py", line 12, in predict\n'
                "      y = net(x)\nNode: 'conv1/Relu'\nDNN library is not found.\n"
                "\t [[{{node conv1/Relu}}]] [Op:__inference_predict_function_62]"
            ),
            "cuda-versions-apart",
        ),
        (
            "RuntimeError: The NVIDIA driver on your system is too old (found version 11040).",
            "cuda-versions-apart",
        ),
        (
            "RuntimeError: CUDA error: no kernel image is available for execution on the device",
            "cuda-versions-apart",
        ),
    ],
)
def test_a_card(error: str, cause: str) -> None:
    assert first_causes(trace(*PREDICT, error=error)) == [cause]


def test_a_cudnn_of_another_version_is_named_with_both() -> None:
    line = (
        "2023-07-11 09:14:22.118734: E "
        "tensorflow/compiler/xla/stream_executor/cuda/cuda_dnn.cc:417]"
        " Loaded runtime CuDNN library: 8.2.4 but source was compiled with: 8.6.0.  CuDNN library "
        "needs to have matching major version and equal or higher minor version.\n"
    )
    assert first_causes(line) == ["cuda-versions-apart"]


@pytest.mark.parametrize(
    "line",
    [
        (
            "E external/local_xla/xla/stream_executor/cuda/cuda_driver.cc:152] failed call "
            "to cuInit: "
            "INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)"
        ),
        (
            "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load "
            "dynamic "
            "library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared "
            "object file"
        ),
        (
            "/x/torch/cuda/__init__.py:118: UserWarning: CUDA initialization: Found no "
            "NVIDIA driver on "
            "your system."
        ),
        "Using CPU. Note: This module is much faster with a GPU.",
        "INFO forum.views answered: 'RuntimeError: CUDA out of memory. Tried to allocate 20 MiB'",
        (
            "huggingface/tokenizers: The current process just got forked, after parallelism "
            "has already "
            "been used. Disabling parallelism to avoid deadlocks..."
        ),
        (
            "DeprecationWarning: This process (pid=12) is multi-threaded, use of fork() may "
            "lead to "
            "deadlocks in the child."
        ),
    ],
)
def test_a_host_without_a_card_works_all_the_same(line: str) -> None:
    assert first_causes(line + "\n") == []


def test_a_host_without_a_card_is_noise() -> None:
    assert noise("Skipping registering GPU devices...\n") == ["cuda-noise-harmless"]


def test_the_abort_after_it_is_explained() -> None:
    lines = (
        "Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9, libcudnn_ops.so}\n"
        "Invalid handle. Cannot load symbol cudnnCreateTensorDescriptor\n"
        "Aborted (core dumped)\n"
    )
    assert first_causes(lines) == ["cuda-versions-apart"]
