"""Packages that ended, and what came after them."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

CAUSES: Final = (
    Cause(
        code="WH155",
        name="tflite-runtime-abandoned",
        title="tflite-runtime has no wheel for {python:Python *|Python 3.12 and later}",
        severity=Severity.ERROR,
        why="The package ended with Python 3.11; its successor is called ai-edge-litert, with the "
        "same Interpreter under another name.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "tflite-runtime (from versions: none)"
            ),
        ),
        remedies=(
            edit(
                "Use its successor.",
                "{requirements|requirements.txt}",
                "ai-edge-litert==2.3.0",
                pythons="3.10-3.14",
            ),
            edit(
                "Change the import.",
                "{module|views.py}",
                "from ai_edge_litert.interpreter import Interpreter",
                pythons="3.10-3.14",
            ),
            edit(
                "Or let Wherry load it.",
                "{requirements|requirements.txt}",
                "wherry[litert,serve]",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "The interpreter is there:", (("python -c 'import ai_edge_litert.interpreter'"),)
        ),
        sources=(sources.LITERT, sources.MEASURED),
        related=("pins-not-installable", "dependency-not-in-requirements"),
    ),
    Cause(
        code="WH156",
        name="tensorflow-gpu-removed",
        title="The package tensorflow-gpu no longer exists",
        severity=Severity.ERROR,
        why="Its last real release is 2.11 (Python 3.10 or older); 2.12 is a "
        "placeholder that fails on purpose and tells you to install "
        "tensorflow. On a host without GPUs it never was of use.",
        looks_like=(
            'The "tensorflow-gpu" package has been removed!',
            'Please install "tensorflow" instead.',
        ),
        remedies=(
            edit(
                "Take the build for processors.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
        ),
        check=Check(
            "The name is gone:", (("grep -n tensorflow-gpu {requirements|requirements.txt}"),)
        ),
        sources=(sources.TF_INSTALL, sources.TF_TABLE),
        related=("gpu-tensorflow-on-cpu-dyno", "tf-no-wheel-for-python"),
    ),
)
