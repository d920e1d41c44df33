"""Libraries and programs that the operating system does not have."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_CONTAINERS: Final = "dokku render railway fly cloud-run"

CAUSES: Final = (
    Cause(
        code="WH260",
        name="missing-libgl",
        aliases=("opencv-needs-libgl",),
        title="OpenCV wants a screen: libGL is not installed",
        severity=Severity.ERROR,
        why="opencv-python is built with windows and needs the graphics libraries of a desktop. "
        "Heroku's run images and slim images have none; opencv-python-headless is the same "
        "without windows.",
        looks_like=(
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            (
                "ImportError: libgthread-2.0.so.0: cannot open shared object "
                "file: No such file or directory"
            ),
        ),
        remedies=(
            edit(
                "Take the one without windows, and only that one.",
                "{requirements|requirements.txt}",
                "opencv-python-headless=={version|4.12.0.88}",
            ),
            edit(
                "Or install the libraries.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y --no-install-recommends "
                "libgl1 libglib2.0-0",
                on=_CONTAINERS,
            ),
            edit(
                "Or, on Heroku:",
                "Aptfile",
                "libgl1",
                "heroku buildpacks:add --index 1 heroku-community/apt",
                on="heroku-cedar",
            ),
        ),
        check=Check(
            "It is imported in the running app:", ("heroku run -- python -c 'import cv2'",)
        ),
        sources=(sources.OPENCV, sources.HEROKU_STACKS, sources.LOGS, sources.PROJECTS),
        related=("system-lib-missing", "webcam-on-server"),
    ),
    Cause(
        code="WH261",
        name="missing-libstdcpp",
        title="libstdc++ is not found",
        severity=Severity.ERROR,
        why="An image made by Nixpacks keeps its libraries where ordinary wheels do not look, so "
        "that numpy, TensorFlow and everything else compiled from C++ fails to load.",
        looks_like=(
            (
                "ImportError: libstdc++.so.6: cannot open shared object file: "
                "No such file or directory"
            ),
        ),
        platforms=frozenset(("railway", "render", "fly", "dokku", "cloud-run")),
        remedies=(
            edit(
                "Build from an ordinary Python image.",
                "Dockerfile",
                "FROM python:{pin_python|3.12}-slim",
                on=_CONTAINERS,
            ),
            edit(
                "On Railway, build with its newer builder.",
                "railway.json",
                '{"build": {"builder": "RAILPACK"}}',
                on="railway",
            ),
            edit(
                "Or bring the library and its path.",
                "nixpacks.toml",
                '[phases.setup]\nnixLibs = ["...", "stdenv.cc.cc.lib"]',
                on="railway",
            ),
        ),
        check=Check("It is imported in the running app:", ("python -c 'import numpy'",)),
        sources=(sources.LOGS,),
        related=("system-lib-missing", "missing-libgl"),
    ),
    Cause(
        code="WH262",
        name="system-lib-missing",
        title="{library|A shared library} is not installed on the host",
        severity=Severity.ERROR,
        why="{package|A package} loads a library that its wheel does not carry: libsndfile, "
        "libmagic, libGDAL, libpango, zbar, portaudio. Your machine has it from elsewhere; an "
        "Aptfile counts only with the apt buildpack.",
        looks_like=(
            "OSError: libsndfile.so: cannot open shared object file: No such file or directory",
            "ImportError: failed to find libmagic.  Check your installation",
            "OSError: cannot load library 'libpango-1.0-0'",
            "django.core.exceptions.ImproperlyConfigured: Could not find the GDAL library",
        ),
        remedies=(
            edit(
                "Install it with the apt buildpack.",
                "Aptfile",
                "{apt|libsndfile1}",
                "heroku buildpacks:add --index 1 heroku-community/apt",
                on="heroku-cedar",
            ),
            edit(
                "Install it in the image.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y --no-install-recommends "
                "{apt|libsndfile1}",
                on=_CONTAINERS,
            ),
            edit(
                "On Fir, with the buildpack for Debian packages.",
                "project.toml",
                "[_]\nschema-version = "
                '"0.2"\n\n[com.heroku.buildpacks.deb-packages]\ninstall = '
                '["{apt|libsndfile1}"]',
                on="heroku-fir",
            ),
            run(
                "On Railway, name it for the builder.",
                "railway variables --set RAILPACK_DEPLOY_APT_PACKAGES={apt|libsndfile1}",
                on="railway",
            ),
        ),
        check=Check(
            "It is found in the running app:",
            (
                (
                    "heroku run -- python -c 'import ctypes.util; "
                    'print(ctypes.util.find_library("{library|sndfile}"))\''
                ),
            ),
        ),
        sources=(sources.HEROKU_APT, sources.HEROKU_STACKS, sources.PROJECTS),
        related=("aptfile-needs-buildpack", "missing-libgl", "program-missing"),
    ),
    Cause(
        code="WH263",
        name="program-missing",
        title="The code calls {program|a program} that is not installed on the host",
        severity=Severity.ERROR,
        why="pytesseract, pydub, pdf2image, graphviz and moviepy are thin wrappers of programs "
        "(tesseract, ffmpeg, poppler, dot). Heroku's images have none of them.",
        looks_like=(
            (
                "pytesseract.pytesseract.TesseractNotFoundError: tesseract is "
                "not installed or it's not in your PATH."
            ),
            "FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'",
            (
                "pdf2image.exceptions.PDFInfoNotInstalledError: Unable to get "
                "page count. Is poppler installed and in PATH?"
            ),
        ),
        remedies=(
            edit(
                "Install it with the apt buildpack.",
                "Aptfile",
                "{apt|ffmpeg}",
                "heroku buildpacks:add --index 1 heroku-community/apt",
                on="heroku-cedar",
            ),
            edit(
                "Install it in the image.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y --no-install-recommends {apt|ffmpeg}",
                on=_CONTAINERS,
            ),
            edit(
                "On Fir, with the buildpack for Debian packages.",
                "project.toml",
                "[_]\nschema-version = "
                '"0.2"\n\n[com.heroku.buildpacks.deb-packages]\ninstall = '
                '["{apt|ffmpeg}"]',
                on="heroku-fir",
            ),
            run(
                "On Railway, name it for the builder.",
                "railway variables --set RAILPACK_DEPLOY_APT_PACKAGES={apt|ffmpeg}",
                on="railway",
            ),
        ),
        check=Check("It is found in the running app:", ("heroku run -- which {program|ffmpeg}",)),
        sources=(sources.HEROKU_APT, sources.HEROKU_STACKS),
        related=("system-lib-missing", "aptfile-needs-buildpack"),
    ),
    Cause(
        code="WH270",
        name="static-tls-exhausted",
        title="{library|A library} comes too late for the loader's static TLS block",
        severity=Severity.ERROR,
        why="The loader keeps one small block for thread-local variables of libraries such as "
        "libgomp. On ARM, with an older glibc, TensorFlow, PyTorch or OpenCV have used it up "
        "when scikit-learn or xgboost asks for its part. It is no lack of memory, in spite of the "
        "words, and nothing is missing.",
        looks_like=(
            (
                "ImportError: /usr/lib/aarch64-linux-gnu/libgomp.so.1: cannot allocate memory in "
                "static TLS block"
            ),
        ),
        remedies=(
            edit(
                "Have it loaded before everything else, by the path that the error names.",
                "Dockerfile",
                "ENV LD_PRELOAD={path|/usr/lib/aarch64-linux-gnu/libgomp.so.1}",
            ),
            edit(
                "Or import it first, before TensorFlow, PyTorch and OpenCV.",
                "{code_file|wsgi.py}",
                "import sklearn  # before tensorflow: its libgomp needs static TLS",
            ),
            edit(
                "Or take an image with a newer glibc.",
                "Dockerfile",
                "FROM python:3.13-slim-trixie",
            ),
        ),
        check=Check("It is imported:", ("python -c 'import tensorflow, sklearn'",)),
        sources=(sources.STATIC_TLS,),
        related=("system-lib-missing", "memory-alloc-failed", "glibc-too-old"),
    ),
)
