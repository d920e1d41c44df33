"""Buildpacks that do not fit: another language's, none for the Aptfile, an old stack."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.buildrules.checks import STACK_ENDED, check_stack
from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import applies, built_by_buildpack, is_python
from wherry.findings import Confidence, FileSpan, Finding
from wherry.project.requirements.requirement import Requirement
from wherry.project.texts import Text

_PYTHON: Final = re.compile(r"python|conda|pypy|uv\b|subdir|monorepo|multi-procfile|inline")
# What each of the other languages' buildpacks needs at the root, or refuses to build.
_NEEDS: Final = {
    "nodejs": ("package.json",),
    "ruby": ("Gemfile",),
    "php": ("composer.json", "index.php"),
    "java": ("pom.xml",),
    "go": ("go.mod", "Gopkg.lock", "vendor.conf"),
    "apt": ("Aptfile",),
}


# What cannot work without a program or a library that people list in an Aptfile.
_NEEDED_BY: Final = {
    "tesseract": ("pytesseract", "tesserocr"),
    "poppler": ("pdf2image", "pdftotext"),
    "libgl": ("opencv-python", "opencv-contrib-python"),
    "libsm6": ("opencv-python", "opencv-contrib-python"),
    "ffmpeg": ("pydub", "moviepy", "ffmpeg-python", "openai-whisper"),
    "graphviz": ("graphviz", "pydot", "pygraphviz"),
    "libzbar": ("pyzbar",),
    "wkhtmltopdf": ("pdfkit", "django-wkhtmltopdf", "imgkit"),
    "libmagic": ("python-magic",),
    "libportaudio": ("pyaudio", "sounddevice"),
    "portaudio": ("pyaudio", "sounddevice"),
    "espeak": ("pyttsx3",),
    "libcairo": ("cairosvg", "pycairo"),
    "libpango": ("weasyprint",),
}


def told_buildpacks(context: Context) -> tuple[tuple[str, ...], str]:
    """Return the buildpacks that the project's files name, and the file that does."""
    project = context.project
    path = project.deployed(".buildpacks")
    text = project.text(path) if path else None
    if text is not None:
        lines = (line.strip() for line in text.lines)
        return tuple(line for line in lines if line and not line.startswith("#")), path
    app_json = project.app_json
    return ((), "") if app_json is None else (app_json.buildpacks, app_json.path)


def _wrong(context: Context) -> Iterator[Finding]:
    if not built_by_buildpack(context) or not is_python(context):
        return
    told, path = told_buildpacks(context)
    if told:
        yield from _named(context, told, path)
        return
    entry = context.project.deployed("package.json")
    if entry and context.project.requirements.managers and "heroku" in context.target.families:
        # Node.js stands before Python in the order in which Heroku tries its buildpacks.
        yield found(
            "wrong-buildpack",
            FileSpan(entry),
            severity=Severity.WARNING,
            confidence=Confidence.MEDIUM,
            values={"buildpack": "heroku/nodejs"},
            settled_by="`heroku buildpacks` lists what the app is really built with.",
        )


def _named(context: Context, told: tuple[str, ...], path: str) -> Iterator[Finding]:
    if not any(_PYTHON.search(name.lower()) for name in told):
        yield found("wrong-buildpack", _at(context, path, told[0]), values={"buildpack": told[0]})
        return
    for name in told:
        language = name.lower().rpartition("/")[2].removesuffix(".git")
        language = language.removeprefix("heroku-buildpack-").partition("#")[0]
        needed = _NEEDS.get(language)
        if needed and not any(context.project.deployed(file) for file in needed):
            yield found("wrong-buildpack", _at(context, path, name), values={"buildpack": name})


def _at(context: Context, path: str, name: str) -> FileSpan:
    text = context.project.text(path)
    line = None if text is None else text.line_of(name)
    return FileSpan(path, line, quote=name)


def _aptfile(context: Context) -> Iterator[Finding]:
    path = context.project.deployed("Aptfile")
    text = context.project.text(path) if path else None
    if text is None or not built_by_buildpack(context):
        return
    if not any(line.strip() and not line.strip().startswith("#") for line in text.lines):
        return
    told, _ = told_buildpacks(context)
    if any("apt" in name.lower() for name in told):
        return
    needing = _needing(context, text)
    yield found(
        "aptfile-needs-buildpack",
        FileSpan(path),
        *(item.where for item in needing[:1]),
        severity=Severity.ERROR if needing else Severity.WARNING,
        confidence=Confidence.HIGH if told else Confidence.MEDIUM,
        settled_by="" if told else "`heroku buildpacks` lists what the app is really built with.",
    )


def _needing(context: Context, text: Text) -> list[Requirement]:
    """Return the requirements that do not work without a package that the Aptfile names."""
    named = [line.strip().lower() for line in text.lines if not line.strip().startswith("#")]
    return [
        requirement
        for requirement in context.project.requirements.declared
        for prefix, packages in _NEEDED_BY.items()
        if requirement.name in packages and any(name.startswith(prefix) for name in named)
    ]


def _stack(context: Context) -> Iterator[Finding]:
    app_json = context.project.app_json
    if app_json is None or not applies(context, "stack-end-of-life"):
        return
    stack = app_json.stack
    refusal = check_stack(stack, context.target)
    if refusal is not None and refusal.kind == STACK_ENDED:
        yield found(refusal.cause, _at(context, app_json.path, stack), values=refusal.values)


def _both(context: Context) -> Iterator[Finding]:
    project = context.project
    if not built_by_buildpack(context) or project.procfile is None or project.dockerfile is None:
        return
    # With a compose file the image is for the developers' machines, which everybody knows.
    composed = any(
        entry.name.lower().startswith(("docker-compose", "compose."))
        for entry in project.files.in_folder(project.base)
    )
    others = any(service.host != "heroku" for service in project.services)
    if not composed and not others and "heroku" in context.target.families:
        yield found(
            "dockerfile-and-procfile",
            FileSpan(project.dockerfile.path),
            FileSpan(project.procfile.path),
            values={"file": project.dockerfile.path},
        )


RULES: Final = (
    Rule("wrong-buildpack", ("wrong-buildpack",), _wrong),
    Rule("aptfile-needs-buildpack", ("aptfile-needs-buildpack",), _aptfile),
    Rule("stack-end-of-life", ("stack-end-of-life",), _stack),
    Rule("dockerfile-and-procfile", ("dockerfile-and-procfile",), _both),
)
