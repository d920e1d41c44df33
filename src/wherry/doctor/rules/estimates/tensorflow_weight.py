"""TensorFlow with the code for GPUs, on a host that has none."""

from collections.abc import Iterator
from typing import Final

from packaging.version import Version

from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import changed, lines, version_of, where
from wherry.findings import Finding, Fix
from wherry.platforms.hosts import Target

# Packages that ask for tensorflow by that name: with tensorflow-cpu beside them there are two.
_INSIST: Final = frozenset(
    (
        *("tf-keras", "tensorflow-text", "tensorflow-hub", "deepface", "retina-face"),
        *("tensorflow-datasets", "tf-models-official", "tensorflow-recommenders", "keras-cv"),
        *("tensorflow-decision-forests", "tensorflow-model-optimization", "tensorflowjs"),
        *("keras-nlp", "keras-hub", "tflite-model-maker", "spleeter", "basic-pitch", "tfx"),
        *("tensorflow-transform", "tensorflow-serving-api", "autokeras", "tensorflow-ranking"),
        *("tensorflow-data-validation", "ktrain", "rasa", "tensorflow-lattice", "tf2onnx"),
    )
)
# With these tensorflow still asks for nothing that carries GPU code.
_WITH_GPU_CODE: Final = Version("2.1")
_ALSO: Final = Version("1.15")
_NO_LONGER_REAL: Final = Version("2.12")
_CUDA: Final = ("nvidia-", "tensorrt", "cupy-cuda")
_FIX: Final = "Require tensorflow-cpu, the same TensorFlow without the code for GPUs."


def _full(context: Context) -> Iterator[Finding]:
    if _has_gpu(context.target):
        return
    installed = lines(context)
    asked = [line for line in installed if line.key == "tensorflow" and not line.url]
    if not asked or _is_wanted_by_others(context, installed):
        return
    line = asked[0]
    if "and-cuda" in line.extras or any(one.key == "tensorflow-cpu" for one in installed):
        return
    pinned = version_of(line.exact) if line.exact else None
    if pinned is not None and not _has_cpu_twin(pinned):
        return
    yield found(
        "full-tensorflow-not-cpu",
        where(line),
        values={"requirements": line.file, **({"version": str(pinned)} if pinned else {})},
        fix=_fix(context, line),
    )


def _fix(context: Context, line: RequirementLine) -> Fix | None:
    if line.hashes or context.project.requirements.lock is not None:
        return None
    changes = changed(context.project, {line: f"tensorflow-cpu{line.specifier.replace(' ', '')}"})
    return Fix(_FIX, changes, safe=True) if changes else None


def _is_wanted_by_others(context: Context, installed: tuple[RequirementLine, ...]) -> bool:
    resolution = context.resolution
    package = None if resolution is None else resolution.package("tensorflow")
    if package is not None and package.required_by:
        return True
    return any(line.key in _INSIST for line in installed)


def _has_cpu_twin(version: Version) -> bool:
    """Whether tensorflow-cpu has this version, and differs from it."""
    return version >= _WITH_GPU_CODE or version.release[:2] == _ALSO.release


def _gpu(context: Context) -> Iterator[Finding]:
    if _has_gpu(context.target):
        return
    installed = lines(context)
    builds = [line for line in installed if _is_gpu_build(line)]
    if not builds:
        return
    yield found(
        "gpu-tensorflow-on-cpu-dyno",
        *(where(line) for line in builds),
        values={"pin": builds[0].text, "requirements": builds[0].file, **_version(builds[0])},
    )


def _is_gpu_build(line: RequirementLine) -> bool:
    if line.key == "tensorflow-gpu":
        # From 2.12 on it fails on purpose, which is another cause.
        return line.specifiers is not None and not line.specifiers.contains(_NO_LONGER_REAL)
    return line.key == "tensorflow" and "and-cuda" in line.extras


def _version(line: RequirementLine) -> dict[str, str]:
    exact = version_of(line.exact) if line.exact else None
    return {"version": str(exact)} if exact is not None and exact >= _NO_LONGER_REAL else {}


def _has_gpu(target: Target) -> bool:
    fact = target.find("gpu")
    return fact is not None and fact.value is True


RULES: Final = (
    Rule("full-tensorflow-not-cpu", ("full-tensorflow-not-cpu",), _full),
    Rule("gpu-tensorflow-on-cpu-dyno", ("gpu-tensorflow-on-cpu-dyno",), _gpu),
)
