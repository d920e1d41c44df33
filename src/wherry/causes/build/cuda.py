"""CUDA, cuDNN and what was built against them."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

CAUSES: Final = (
    Cause(
        code="WH178",
        name="cuda-versions-apart",
        title="{build|TensorFlow} wants {wanted|one CUDA}, and there is {found|another}",
        severity=Severity.WARNING,
        why="A TensorFlow or ONNX Runtime opens the CUDA and cuDNN libraries by names that end in "
        "their major version: libcudart.so.12, libcudnn.so.9. Of another version they are not "
        "found, and it runs on the processor, with one line in the log at most. Two of them that "
        "want different versions cannot both be served by one process.",
        remedies=(
            edit(
                "Let the build install the libraries that each version was built against, and take "
                "other nvidia-* lines and CUDA images out.",
                "pyproject.toml",
                '[tool.wherry]\naccelerator = "cuda"',
                needs="Wherry's buildpack",
            ),
            edit(
                "Or let pip do it, where it is TensorFlow's Python code that is served.",
                "{requirements|requirements.txt}",
                "tensorflow[and-cuda]==2.21.0",
                pythons="3.10-3.13",
            ),
        ),
        check=Check(
            "The card is found:",
            ('python -c "import tensorflow as tf; print(tf.config.list_physical_devices())"',),
        ),
        sources=(sources.TF_INSTALL, sources.CUDA_TABLE, sources.CUDA_COMPATIBILITY),
        related=("accelerator-without-effect", "cuda-noise-harmless", "gpu-tensorflow-on-cpu-dyno"),
    ),
    Cause(
        code="WH179",
        name="accelerator-without-effect",
        title='accelerator = "cuda" has no effect: {reason|nothing here can use a card}',
        severity=Severity.WARNING,
        why="The build installs CUDA's libraries for what is installed with code for cards, on a "
        "host that has cards. tensorflow-cpu and onnxruntime hold no such code, and on a host "
        "without cards the libraries, more than a gigabyte, would be of no use.",
        remedies=(
            edit(
                "Take the setting out where the host has no cards.",
                "pyproject.toml",
                '[tool.wherry]\naccelerator = "cpu"',
            ),
            edit(
                "Where it has, require the builds with code for them.",
                "{requirements|requirements.txt}",
                "onnxruntime-gpu",
                needs="A host with NVIDIA cards",
                pythons="3.11-3.13",
            ),
        ),
        check=Check("Models say what they run on:", ("curl -s $URL/v2/models/NAME | grep device",)),
        sources=(sources.CUDA_TABLE, sources.TF_INSTALL),
        related=("cuda-versions-apart", "gpu-tensorflow-on-cpu-dyno"),
    ),
)
