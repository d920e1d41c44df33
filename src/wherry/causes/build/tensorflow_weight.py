"""More of TensorFlow than the host can use."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

CAUSES: Final = (
    Cause(
        code="WH171",
        name="full-tensorflow-not-cpu",
        title="tensorflow is installed where tensorflow-cpu would do",
        severity=Severity.WARNING,
        why="The host has no GPU, and tensorflow carries the code for one: 266 MB more in the slug "
        "(557 instead of 291 MB for 2.15), 39 MB more memory in each process, and CUDA messages "
        "in every log. Everything else is the same, imports included.",
        remedies=(
            edit(
                "Take the build for processors; the version stays.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                needs="TensorFlow 2.12 or later on x86-64; no other package insists on tensorflow",
            ),
            edit(
                "Or neither.",
                "{requirements|requirements.txt}",
                "wherry[litert,serve]",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("Only one is installed:", ("pip list | grep -i tensorflow",)),
        sources=(sources.MEASURED, sources.TF_INSTALL, sources.PROJECTS),
        related=("slug-too-large", "gpu-tensorflow-on-cpu-dyno", "tensorflow-only-for-inference"),
    ),
    Cause(
        code="WH172",
        name="gpu-tensorflow-on-cpu-dyno",
        title="{pin|A GPU build} is installed on a host without GPUs",
        severity=Severity.WARNING,
        why="tensorflow-gpu, `tensorflow[and-cuda]` and nvidia-* packages bring gigabytes of CUDA "
        "libraries that nothing here can use; they alone exceed every slug limit.",
        looks_like=(
            ("  Downloading nvidia_cudnn_cu12-8.9.7.29-py3-none-manylinux1_x86_64.whl (704.7 MB)"),
        ),
        remedies=(
            edit(
                "Take the build for processors, and drop the nvidia-* lines.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
        ),
        check=Check(
            "No nvidia package is left:", (("grep -n nvidia {requirements|requirements.txt}"),)
        ),
        sources=(sources.TF_INSTALL, sources.PROJECTS),
        related=("full-tensorflow-not-cpu", "tensorflow-gpu-removed", "torch-cuda-wheels"),
    ),
)
