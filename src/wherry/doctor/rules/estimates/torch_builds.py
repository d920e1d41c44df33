"""Which of PyTorch's builds a project takes."""

from typing import Final

from wherry.doctor.rule import Context
from wherry.estimate import requirement_lines
from wherry.project.host_python import uses_image

_CPU_INDEX: Final = ("download.pytorch.org/whl/cpu", "whl/torch_stable", "whl/lts")
_LOCKED_CUDA: Final = "nvidia-"


def takes_cpu_torch(context: Context) -> bool:
    """Whether an index or an address of builds for processors is named anywhere."""
    requirements = context.project.requirements
    told = [option.value for option in requirements.options]
    told += [line.url for line in requirement_lines.installed(context.project.requirements)]
    text = context.project.text(context.project.at_base("pyproject.toml"))
    told += [text.content] if text is not None else []
    lock = requirements.lock
    # A lock of the CUDA build names the packages that come with it.
    if lock is not None and not any(one.name.startswith(_LOCKED_CUDA) for one in lock.packages):
        return True
    file = context.project.dockerfile
    if file is not None and uses_image(context.project, context.target.platform.name):
        told += [step.text for step in file.named("RUN", "ENV", "ARG")]
    variables = context.project.environment(context.target.platform.name)
    told += [value for value in variables.values() if value]
    return any(mark in value for value in told for mark in _CPU_INDEX)
