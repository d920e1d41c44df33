"""What was compiled is not for this processor or this Linux."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_CONTAINERS: Final = "dokku render railway fly cloud-run"

CAUSES: Final = (
    Cause(
        code="WH264",
        name="glibc-too-old",
        title="The wheel needs a newer glibc than this Linux has",
        severity=Severity.ERROR,
        why="A binary built on a newer system asks for {version|a glibc} that this base image or "
        "server does not have. TensorFlow up to 2.20 runs from glibc 2.17 on, 2.21 from 2.27 on; "
        "what was compiled on another machine and copied here may need far more.",
        looks_like=(
            (
                "ImportError: /lib/x86_64-linux-gnu/libm.so.6: version "
                "`GLIBC_2.23' not found (required by "
                "/app/.heroku/python/lib/python3.6/site-packages/tensorflow/python/_pywrap_tensorflow_internal.so)"
            ),
        ),
        remedies=(
            run("Move to a current stack.", "heroku stack:set {heroku.default_stack}", on="heroku"),
            edit(
                "Move to a current base image.",
                "Dockerfile",
                "FROM python:{pin_python|3.12}-slim-bookworm",
                on=_CONTAINERS,
            ),
            edit(
                "Or take a release built for an older system.",
                "{requirements|requirements.txt}",
                "{replacement|tensorflow-cpu==2.15.1}",
                pythons="3.9-3.11",
            ),
        ),
        check=Check("What the host has:", ("ldd --version",)),
        sources=(sources.MANYLINUX, sources.HEROKU_STACKS, sources.LOGS),
        related=("stack-end-of-life", "tf-no-wheel-for-platform"),
    ),
    Cause(
        code="WH265",
        name="cpu-illegal-instruction",
        title="The processor lacks instructions that the program uses",
        severity=Severity.ERROR,
        why="TensorFlow's x86-64 wheels have used AVX since 1.6. On a processor without it (an old "
        "server, a virtual machine with a generic processor type, x86 emulated on ARM) the import "
        "ends at once with signal 4.",
        looks_like=(
            "Illegal instruction (core dumped)",
            "[ERROR] Worker (pid:12) was sent SIGILL!",
            "Process exited with status 132",
        ),
        remedies=(
            run(
                "Serve the model without TensorFlow; LiteRT and ONNX Runtime "
                "choose their code when they start.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
            run(
                "On a virtual machine of your own, hand the processor's features through.",
                "qm set {machine|100} --cpu host",
                on="dokku",
                needs="a Proxmox host; other hypervisors call it host-passthrough",
            ),
            run(
                "Do not emulate: build for the processor that the host has.",
                "docker build --platform linux/amd64 -t {app|app} .",
                on=_CONTAINERS,
            ),
        ),
        check=Check("It is among the processor's flags:", ("grep -o -m1 -w avx /proc/cpuinfo",)),
        sources=(sources.TF_AVX, sources.LOGS),
        related=("image-architecture-mismatch", "fork-unsafe-segfault"),
    ),
    Cause(
        code="WH266",
        name="image-architecture-mismatch",
        title="The image is built for another processor than the host's",
        severity=Severity.ERROR,
        why="A Mac with Apple's processor builds ARM images unless it is told otherwise; Heroku's "
        "container stack, Cloud Run and most servers run x86-64.",
        looks_like=(
            "exec /usr/local/bin/gunicorn: exec format error",
            "exec user process caused: exec format error",
            "terminated: Application failed to start: failed to load /bin/sh: exec format error",
        ),
        remedies=(
            run(
                "Build for the host.",
                "docker buildx build --platform linux/amd64 -t {app|app} --push .",
            ),
            edit(
                "Or say so once.",
                "Dockerfile",
                "FROM --platform=linux/amd64 python:{python|3.12}-slim",
            ),
        ),
        check=Check(
            "The image says amd64:",
            ("docker image inspect --format '{{.Architecture}}' {app|app}",),
        ),
        sources=(sources.CLOUD_RUN_CONTRACT,),
        related=("cpu-illegal-instruction", "tf-no-wheel-for-platform"),
    ),
)
