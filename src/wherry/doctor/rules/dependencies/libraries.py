"""Libraries and programs of the operating system that packages take for granted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from wherry.causes.cause import Severity
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Trouble
from wherry.dependencies.substitutes import READY_MADE
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import (
    bases,
    changed,
    in_image,
    known,
    lines,
    system_packages,
    versions,
    where,
)
from wherry.findings import FileSpan, Finding, Fix
from wherry.project.code.imports import Import

_WITH_WINDOWS: Final = ("opencv-python", "opencv-contrib-python")
# Packages that bring such an OpenCV along and import it when they are imported.
_PARENTS: Final = {
    "mediapipe": "opencv-contrib-python",
    "deepface": "opencv-python",
    "ultralytics": "opencv-python",
    "imgaug": "opencv-python",
    "keras-ocr": "opencv-python",
    "mtcnn": "opencv-python",
    "retina-face": "opencv-python",
}
_GL: Final = re.compile(
    r"\blibgl1\b|libgl1-mesa-glx|libopencv|python3-opencv|\bffmpeg\b|libglx|opencv"
)


def served(context: Context, *roots: str) -> list[Import]:
    """Return where the web process imports one of these modules."""
    code = context.project.code
    return [
        item
        for item in code.imports
        if item.root in roots and item.path in code.served and not item.guarded and not item.local
    ]


def place(context: Context, item: Import) -> FileSpan:
    """Return where an import stands."""
    text = context.project.text(item.path)
    return FileSpan(item.path, item.line, quote=text.line(item.line).strip() if text else "")


def _opencv(context: Context) -> Iterator[Finding]:
    packages = system_packages(context)
    if packages is None or _GL.search(packages):
        return
    asked = {line.key: line for line in lines(context)}
    if any(f"{name}-headless" in asked for name in _WITH_WINDOWS):
        return
    line = next((asked[name] for name in _WITH_WINDOWS if name in asked), None)
    used = served(context, "cv2")
    if line is None:
        parent = next((name for name in _PARENTS if name in asked), None)
        if parent is None or not served(context, parent.replace("-", "_"), parent):
            return
        line = asked[parent]
        installed = versions(context)
        if context.resolution is not None and _PARENTS[parent] not in installed:
            return
    elif not used and not _by_parent(context, asked):
        return
    yield found(
        "missing-libgl",
        where(line),
        *(place(context, item) for item in used[:3]),
        severity=Severity.ERROR if _at_boot(context, used) else Severity.WARNING,
        values={
            "requirements": line.file,
            "pin": line.text,
            **({"version": line.exact} if line.exact else {}),
        },
        fix=_headless(context, line),
    )


def _by_parent(context: Context, asked: dict[str, RequirementLine]) -> bool:
    return any(name in asked and served(context, name.replace("-", "_")) for name in _PARENTS)


def _at_boot(context: Context, used: list[Import]) -> bool:
    """Whether the first request, at the latest, needs it: anything that the server imports does."""
    return not used or any(item.path in context.project.code.served for item in used)


def _headless(context: Context, line: RequirementLine) -> Fix | None:
    """Return the fix that takes the one without windows: the same version, the same module."""
    if line.key not in _WITH_WINDOWS:
        return None
    name = f"{line.key}-headless"
    changes = changed(context.project, {line: f"{name}{line.specifier.replace(' ', '')}"})
    return Fix(f"Require {name} in its place", changes, safe=True) if changes else None


@dataclass(frozen=True, slots=True)
class _Need:
    """What a package needs of the system.

    Attributes:
        module: What the code imports.
        sign: What in a list of system packages says that it is there.
        apt: The package to install.
    """

    package: str
    module: str
    sign: str
    apt: str
    what: str
    below: str = "999"


_PROGRAMS: Final = (
    _Need("pytesseract", "pytesseract", r"tesseract", "tesseract-ocr", "tesseract"),
    _Need("pdf2image", "pdf2image", r"poppler", "poppler-utils", "poppler"),
    _Need("graphviz", "graphviz", r"graphviz", "graphviz", "dot"),
    _Need("pydot", "pydot", r"graphviz", "graphviz", "dot"),
    _Need("pdfkit", "pdfkit", r"wkhtmltopdf", "wkhtmltopdf", "wkhtmltopdf"),
    _Need("imgkit", "imgkit", r"wkhtmltopdf", "wkhtmltopdf", "wkhtmltoimage"),
    _Need("ffmpeg-python", "ffmpeg", r"ffmpeg", "ffmpeg", "ffmpeg"),
    _Need("pydub", "pydub", r"ffmpeg|libav-tools", "ffmpeg", "ffmpeg"),
)
_LIBRARIES: Final = (
    _Need("pyzbar", "pyzbar", r"libzbar", "libzbar0", "libzbar"),
    # Wheels of soundfile carry the library from 0.11 on.
    _Need("soundfile", "soundfile", r"libsndfile", "libsndfile1", "libsndfile", "0.11"),
    _Need("sounddevice", "sounddevice", r"portaudio", "libportaudio2", "PortAudio"),
    _Need("pyaudio", "pyaudio", r"portaudio", "portaudio19-dev", "PortAudio"),
    _Need("weasyprint", "weasyprint", r"libpango", "libpango-1.0-0", "libpango"),
    _Need("cairosvg", "cairosvg", r"libcairo", "libcairo2", "libcairo"),
    _Need("python-magic", "magic", r"libmagic", "libmagic1", "libmagic"),
)
# What the build images of Heroku have anyway.
_ON_HEROKU: Final = frozenset(("python-magic", "cairosvg"))


def _system(context: Context) -> Iterator[Finding]:
    packages = system_packages(context)
    if packages is None or _buildpack_brings(context):
        return
    installed = versions(context)
    asked = {line.key: line for line in lines(context)}
    for cause, needs in (("program-missing", _PROGRAMS), ("system-lib-missing", _LIBRARIES)):
        for need in needs:
            line = asked.get(need.package)
            used = served(context, need.module)
            version = installed.get(need.package)
            if line is None or not used or re.search(need.sign, packages):
                continue
            if need.package in _ON_HEROKU and not in_image(context):
                continue
            if version is not None and version >= Version(need.below):
                continue
            if version is None and need.below != "999":
                continue
            yield found(
                cause,
                place(context, used[0]),
                where(line),
                severity=Severity.WARNING if need.package == "pydub" else Severity.ERROR,
                values={
                    "program": need.what,
                    "library": need.what,
                    "package": need.package,
                    "apt": need.apt,
                },
            )


def _buildpack_brings(context: Context) -> bool:
    """Whether app.json names buildpacks that may bring programs along."""
    text = context.project.text(context.project.at_base("app.json"))
    return (
        text is not None
        and re.search(r"tesseract|ffmpeg|graphviz|wkhtml", text.content) is not None
    )


_BARE: Final = re.compile(r"slim|alpine")
_COMPILER: Final = re.compile(r"\bgcc\b|build-essential|\bg\+\+|build-base|python3?-dev|clang")
_HEADERS: Final = {
    "psycopg2": r"libpq-dev|postgresql-dev|postgresql-libs",
    "psycopg2-binary": r"libpq-dev|postgresql-dev",
    "mysqlclient": r"mysqlclient-dev|mariadb-dev|mariadb-connector",
}


def _compilers(context: Context) -> Iterator[Finding]:
    """Sources that are compiled in an image without a compiler."""
    resolution, packages = known(context), system_packages(context)
    if resolution is None or packages is None or not _is_bare(context):
        return
    for trouble in resolution.troubles:
        if trouble.trouble is not Trouble.SOURCE_NEEDS_COMPILER:
            continue
        header = _HEADERS.get(trouble.line.key, "")
        if _COMPILER.search(packages) and (not header or re.search(header, packages)):
            continue
        of_postgres = trouble.line.key in ("psycopg2", "psycopg2-binary")
        yield found(
            "psycopg2-needs-pg-config" if of_postgres else "build-tools-missing",
            where(trouble.line),
            values={
                "pin": trouble.line.text,
                "requirements": trouble.line.file,
                **({"replacement": trouble.replacement} if trouble.replacement else {}),
            },
            fix=_ready_made(context, trouble),
        )


def _ready_made(context: Context, trouble: LineTrouble) -> Fix | None:
    """Return the fix that takes a package with its libraries in it, or a release with a wheel."""
    line = trouble.line
    name = READY_MADE.get(line.key)
    to = f"{name}{line.specifier.replace(' ', '')}" if name else trouble.replacement
    changes = changed(context.project, {line: to}) if to else ()
    return Fix(f"Require {to} in place of {line.text}", changes, safe=False) if changes else None


def _is_bare(context: Context) -> bool:
    images = bases(context)
    return bool(images) and all(_BARE.search(image) for image in images)


RULES: Final = (
    Rule("opencv-with-windows", ("missing-libgl",), _opencv),
    Rule("system-libraries", ("system-lib-missing", "program-missing"), _system),
    Rule("no-compiler", ("build-tools-missing", "psycopg2-needs-pg-config"), _compilers),
)
