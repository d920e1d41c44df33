"""Which Python a host runs a project with."""

import re
from collections.abc import Sequence
from typing import Final

from wherry.platforms.hosts import Target
from wherry.project import images
from wherry.project.contents import Contents

_VERSION: Final = re.compile(r"^(?:python-?)?(\d+)\.(\d+)")
# Where a variable says it: Render reads its own, Railway's builder another.
_VARIABLES: Final = {
    "render": ("PYTHON_VERSION",),
    "railway": ("RAILPACK_PYTHON_VERSION", "NIXPACKS_PYTHON_VERSION"),
    "cloud-run": ("GOOGLE_PYTHON_VERSION", "GOOGLE_RUNTIME_VERSION"),
}


def uses_image(project: Contents, platform: str) -> bool:
    """Whether a platform builds the project's Dockerfile, and no buildpack."""
    return images.uses_image(project, project.servers, platform)


def host_python(project: Contents, target: Target) -> tuple[int, int] | None:
    """Return the Python that the target runs: asked for, or its default; None if unknown."""
    platform = target.platform.name
    if uses_image(project, platform):
        return None if project.dockerfile is None else project.dockerfile.python
    variables = project.environment(platform)
    told = [variables.get(name) or "" for name in _VARIABLES.get(platform, ())]
    asked = _first(told) or project.python_version.version
    if asked is not None:
        return asked
    default = target.find("python_default")
    return None if default is None else _first([str(default.value)])


def _first(texts: Sequence[str]) -> tuple[int, int] | None:
    found = next((match for match in map(_VERSION.match, texts) if match), None)
    return None if found is None else (int(found[1]), int(found[2]))
