"""Packages that ended: tflite-runtime on newer Pythons, tensorflow-gpu."""

from collections.abc import Iterator
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import dotted, on_host, remove_line, replace_line
from wherry.findings import Finding, Fix
from wherry.project.requirements.requirement import Requirement

# The last Python with a wheel of tflite-runtime (2.14.0), and the first release of tensorflow-gpu
# that fails on purpose; both from the index.
_LAST_FOR_TFLITE: Final = (3, 11)
_PLACEHOLDER: Final = "2.12.0"


def _tflite(context: Context) -> Iterator[Finding]:
    asked = context.project.requirements.get("tflite-runtime")
    python = context.python
    if asked is None or asked.url or python is None or not on_host(asked, python):
        return
    if python > _LAST_FOR_TFLITE:
        yield found(
            "tflite-runtime-abandoned",
            asked.where,
            values={"python": dotted(python), "pin": asked.raw, "requirements": asked.file},
        )


def _gpu(context: Context) -> Iterator[Finding]:
    asked = context.project.requirements.get("tensorflow-gpu")
    if asked is None or asked.url or not on_host(asked, context.python):
        return
    if _takes_placeholder(asked):
        yield found(
            "tensorflow-gpu-removed",
            asked.where,
            values={"pin": asked.raw, "requirements": asked.file},
            fix=_for_cpu(context, asked),
        )


def _for_cpu(context: Context, asked: Requirement) -> Fix | None:
    """Return the fix that takes the same TensorFlow without the code for GPUs, once."""
    text = context.project.text(asked.file)
    path, number = asked.file, asked.line
    if text is None or number is None or not path.endswith((".txt", ".in")) or asked.hashes:
        return None
    old = text.line(number)
    if old.count("tensorflow-gpu") != 1 or old.endswith("\\"):
        return None
    requirements = context.project.requirements
    if any(requirements.get(name) for name in ("tensorflow", "tensorflow-cpu")):
        what = f"Take {asked.raw} out of {path}: TensorFlow is required beside it"
        return remove_line(context, path, number, what)
    new = old.replace("tensorflow-gpu", "tensorflow-cpu")
    return replace_line(context, path, number, new, f"Require {new.strip()} in its place")


def _takes_placeholder(asked: Requirement) -> bool:
    """Whether the requirement allows the release that fails on purpose, which pip then takes."""
    try:
        return SpecifierSet(asked.specifier).contains(_PLACEHOLDER)
    except InvalidSpecifier:
        return False


RULES: Final = (
    Rule("tflite-runtime-abandoned", ("tflite-runtime-abandoned",), _tflite),
    Rule("tensorflow-gpu-removed", ("tensorflow-gpu-removed",), _gpu),
)
