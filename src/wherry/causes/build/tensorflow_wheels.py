"""TensorFlow has no file for this Python or this machine."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_RESOLVES: Final = Check(
    "The list resolves for the host's Python and for Linux:",
    (
        (
            "uv pip compile {requirements|requirements.txt} --python-version "
            "{python|3.12} --python-platform linux --only-binary :all:"
        ),
    ),
)

CAUSES: Final = (
    Cause(
        code="WH141",
        name="tf-no-wheel-for-python",
        aliases=("tf-pin-not-installable",),
        title="{pin|This TensorFlow} has no wheel for {python:Python *|the host's Python}",
        severity=Severity.ERROR,
        why="Each TensorFlow is published for three or four Pythons and has no source to build "
        "from: 2.8 to 2.11 need 3.10 or older, 2.12 to 2.15 need 3.11 or older, 2.16 to 2.19 need "
        "3.12 or older, 2.20 and 2.21 need 3.13 or older. 2.7 and before need 3.9 or older, which "
        "Heroku no longer builds.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "tensorflow==2.15.1 (from versions: 2.16.0rc0, 2.16.1, 2.16.2)"
            ),
            "ERROR: No matching distribution found for tensorflow==2.15.1",
            "ERROR: No matching distribution found for tensorflow==2.3.0",
        ),
        remedies=(
            edit(
                "Pin the newest Python that it has a wheel for: 3.11 for 2.12 to 2.15, 3.12 for "
                "2.16 to 2.19, 3.13 for 2.20 and 2.21.",
                ".python-version",
                "{pin_python|3.11}",
            ),
            edit(
                "Move to a TensorFlow that the host's Python has, with a new look at the model: "
                "2.16 and later bring Keras 3.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.20.0",
                pythons="3.11-3.13",
            ),
            run(
                "Serve the model without TensorFlow, on Python 3.12 to 3.14.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
            ),
            edit(
                "On a host that takes images, an older Python is still there.",
                "Dockerfile",
                "FROM python:3.9-slim",
                on="render railway fly cloud-run dokku",
                needs="TensorFlow 2.5 to 2.7 and no other",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.TF_TABLE, sources.TF_INSTALL, sources.LOGS, sources.PROJECTS),
        related=(
            "tf-no-wheel-for-platform",
            "python-unpinned",
            "python-version-eol",
            "pip-too-old-for-wheel",
        ),
    ),
    Cause(
        code="WH142",
        name="tf-no-wheel-for-platform",
        title="{pin|This TensorFlow} has no wheel for this processor or this Linux",
        severity=Severity.ERROR,
        why="TensorFlow's Linux wheels are for x86-64 and, from 2.10 on, 64-bit ARM, and need "
        "glibc. On Alpine (musl), a 32-bit system or an older release on ARM, pip finds nothing, "
        "with the same words as for a wrong Python; {found|the platform} decides.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "tensorflow (from versions: none)"
            ),
            "ERROR: No matching distribution found for tensorflow==2.4.1",
        ),
        remedies=(
            edit(
                "Base the image on Debian instead of Alpine.",
                "Dockerfile",
                "FROM python:{pin_python|3.12}-slim",
                on="dokku render railway fly cloud-run",
            ),
            run(
                "Build for the processor that the host has, whatever your laptop has.",
                "docker build --platform linux/amd64 -t {app|app} .",
            ),
            edit(
                "Take a release with a wheel for ARM.",
                "{requirements|requirements.txt}",
                "tensorflow==2.20.0",
                pythons="3.9-3.13",
                needs="64-bit ARM with glibc",
            ),
            run(
                "Serve the model on LiteRT or ONNX Runtime, which have wheels for ARM.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
        ),
        check=Check(
            "What the machine is:",
            ("python -c 'import platform; print(platform.machine(), platform.libc_ver())'",),
        ),
        sources=(sources.TF_INSTALL, sources.MANYLINUX, sources.LOGS),
        related=("tf-no-wheel-for-python", "image-architecture-mismatch", "glibc-too-old"),
    ),
    Cause(
        code="WH145",
        name="pip-too-old-for-wheel",
        title="pip is too old to see the wheel",
        severity=Severity.ERROR,
        why="Wheels for newer kinds of Linux carry tags that an old pip does not know: before 19.0 "
        "it stops at manylinux1, before 20.3 at manylinux2014, and so sees no TensorFlow after "
        "2.0.0b1 although it is there. The list of versions ends below the one asked for.",
        looks_like=(
            (
                "Could not find a version that satisfies the requirement "
                "tensorflow==2.1.0 (from versions: 1.13.1, 1.14.0, 2.0.0a0, "
                "2.0.0b0, 2.0.0b1)"
            ),
            "You are using pip version 18.1, however version 20.0.2 is available.",
        ),
        remedies=(
            run("Upgrade pip before anything else.", "python -m pip install --upgrade pip"),
            edit(
                "In an image, do so in a step of its own.",
                "Dockerfile",
                "RUN python -m pip install --upgrade pip",
                on="dokku render railway fly cloud-run",
            ),
            run(
                "On Heroku, return from a pinned old buildpack to the current one.",
                "heroku buildpacks:set heroku/python",
                on="heroku-cedar",
            ),
        ),
        check=Check("20.3 or newer:", ("python -m pip --version",)),
        sources=(sources.PIP_CHANGES, sources.MANYLINUX, sources.LOGS),
        related=("tf-no-wheel-for-python",),
    ),
)
