"""What was built against one CUDA, beside libraries of another; and cards asked for in vain."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from wherry.dependencies import cuda
from wherry.dependencies.cuda import CPU_BUILDS, Build
from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import in_image, lines, versions, where
from wherry.findings import FileSpan, Finding, Span

_APART: Final = "cuda-versions-apart"
_IN_VAIN: Final = "accelerator-without-effect"
# nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04
_IMAGE: Final = re.compile(r"\bnvidia/cuda:(\d+)\.(\d+)[\d.]*-(?:cudnn(\d*))?")
# Of one CUDA by its name: nvidia-cublas-cu12.
_OF_CUDA: Final = re.compile(r"^nvidia-[a-z-]+-cu(\d{2})$")
_CUDNN: Final = re.compile(r"^nvidia-cudnn-cu\d{2}$")


def _apart(context: Context) -> Iterator[Finding]:
    if _without_cards(context) or context.project.requirements.manager == "conda":
        return
    required = [(line, build) for line in lines(context) if (build := _build(context, line))]
    yield from _each_other(required)
    for line, build in required:
        yield from _beside(context, line, build)
        yield from _base_image(context, line, build)


def _build(context: Context, line: RequirementLine) -> Build | None:
    version = versions(context).get(line.key)
    return None if version is None else cuda.build_of(line.key, str(version))


def _each_other(required: list[tuple[RequirementLine, Build]]) -> Iterator[Finding]:
    for (line, build), (other_line, other) in pairwise(required):
        if _majors(build) != _majors(other):
            yield _finding(build, _told(other), where(line), where(other_line))


def _beside(context: Context, line: RequirementLine, build: Build) -> Iterator[Finding]:
    """Yield NVIDIA's packages that are pinned beside it, in another version."""
    installed = versions(context)
    for other in lines(context):
        named = _OF_CUDA.match(other.key)
        version = installed.get(other.key)
        if named is not None and int(named[1]) != build.cuda_major:
            yield _finding(build, f"CUDA {named[1]} ({other.text})", where(other), where(line))
        elif _CUDNN.match(other.key) and version and version.major != build.cudnn_major:
            told = f"cuDNN {version.major} ({other.text})"
            yield _finding(build, told, where(other), where(line))


def _base_image(context: Context, line: RequirementLine, build: Build) -> Iterator[Finding]:
    file = context.project.dockerfile
    if file is None or not in_image(context) or not file.stages:
        return
    stage = file.stages[-1]
    shown = _IMAGE.search(stage.image)
    if shown is None:
        return
    place = file.at(next(step for step in file.named("FROM") if step.line == stage.line))
    if int(shown[1]) != build.cuda_major:
        yield _finding(build, f"CUDA {shown[1]}.{shown[2]} ({stage.image})", place, where(line))
    elif shown[3] and int(shown[3]) != build.cudnn_major:
        yield _finding(build, f"cuDNN {shown[3]} ({stage.image})", place, where(line))


def _majors(build: Build) -> tuple[int, int]:
    return build.cuda_major, build.cudnn_major


def _told(build: Build) -> str:
    return f"{build.package} {build.version} (CUDA {build.cuda}, cuDNN {build.cudnn_major})"


def _finding(build: Build, other: str, *places: Span) -> Finding:
    return found(
        _APART,
        *places,
        values={
            "build": f"{build.package} {build.version}",
            "wanted": f"CUDA {build.cuda} and cuDNN {build.cudnn_major}",
            "found": other,
            **_requirements(places),
        },
    )


def _requirements(places: Iterable[Span]) -> dict[str, str]:
    files = [place.path for place in places if isinstance(place, FileSpan) and place.quote]
    return {"requirements": files[-1]} if files else {}


def _in_vain(context: Context) -> Iterator[Finding]:
    path = context.project.at_base("pyproject.toml")
    document = context.project.document(path)
    if document is None or document.table("tool", "wherry").get("accelerator") != "cuda":
        return
    place = FileSpan(path, document.line_of_key("accelerator"))
    if _without_cards(context):
        title = context.target.platform.title
        yield found(_IN_VAIN, place, values={"reason": f"{title} has no cards"})
        return
    installed = lines(context)
    with_code = {"tensorflow", "onnxruntime-gpu"} & {line.key for line in installed}
    without = [line for line in installed if line.key in CPU_BUILDS]
    if without and not with_code:
        yield found(_IN_VAIN, place, *map(where, without), values=_values(without))


def _values(without: Iterable[RequirementLine]) -> dict[str, str]:
    line = next(iter(without))
    return {
        "reason": f"{line.key} holds no code for cards, {CPU_BUILDS[line.key]} does",
        "requirements": line.file,
    }


def _without_cards(context: Context) -> bool:
    fact = context.target.find("gpu")
    return fact is not None and fact.value is False and fact.confirmed


RULES: Final = (
    Rule(_APART, (_APART,), _apart),
    Rule(_IN_VAIN, (_IN_VAIN,), _in_vain),
)
