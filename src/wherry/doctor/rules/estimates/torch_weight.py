"""PyTorch with CUDA, which is what `torch` means on Linux."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import lines, version_of, where
from wherry.doctor.rules.estimates.slug import prediction
from wherry.doctor.rules.estimates.torch_builds import takes_cpu_torch
from wherry.findings import Evidence, Finding
from wherry.project.host_python import uses_image

# Packages that bring torch along as a plain requirement; those that name it as an extra do not.
_BRING: Final = frozenset(
    (
        *("torchvision", "torchaudio", "fastai", "ultralytics", "sentence-transformers", "timm"),
        *("easyocr", "openai-whisper", "pytorch-lightning", "lightning", "torchtext", "kornia"),
        *("torchmetrics", "accelerate", "facenet-pytorch", "pyannote-audio", "super-gradients"),
    )
)


def _check(context: Context) -> Iterator[Finding]:
    fact = context.target.find("gpu")
    if (fact is not None and fact.value is True) or takes_cpu_torch(context):
        return
    installed = lines(context)
    line = _bringing(context, installed)
    if line is None:
        return
    severity, evidence = _weight(context)
    pinned = version_of(line.exact) if line.exact and line.key == "torch" else None
    yield found(
        "torch-cuda-wheels",
        where(line),
        severity=severity,
        values={"requirements": line.file, **({"version": str(pinned)} if pinned else {})},
        evidence=evidence,
    )


def _bringing(context: Context, installed: tuple[RequirementLine, ...]) -> RequirementLine | None:
    """Return the line that brings the CUDA build; None where none does, or it cannot be told."""
    torch = [line for line in installed if line.key == "torch"]
    if torch:
        plain = not torch[0].url and "+" not in torch[0].specifier
        return torch[0] if plain else None
    locked = context.project.requirements.lock is not None
    if locked or (context.resolution is not None and context.resolution.package("torch") is None):
        return None
    return next((line for line in installed if line.key in _BRING and not line.url), None)


def _weight(context: Context) -> tuple[Severity, tuple[Evidence, ...]]:
    """Return whether it breaks the build: only where a slug is limited can that be told."""
    hard = context.target.number("slug_limit_bytes")
    if hard is None or uses_image(context.project, context.target.platform.name):
        return Severity.WARNING, ()
    guess = prediction(context).prediction
    return (
        Severity.ERROR if guess.low > hard else Severity.WARNING,
        (guess.evidence(hard),),
    )


RULE: Final = Rule("torch-cuda-wheels", ("torch-cuda-wheels",), _check)
