"""Which folders of the host outlast a restart."""

import posixpath
import re
from typing import Final

from wherry.doctor.rule import Context
from wherry.project.code.values import Folder, Plain

_MOUNTED: Final = re.compile(
    r"^\s*(?:\[\[?mounts\]?\]|disk:|mountPath|destination\s*=|requiredMountPath|volumes?:)",
    re.MULTILINE,
)


# Where hosts put the project, and most images.
_HOMES: Final = (
    *("/app", "/code", "/workspace", "/usr/src/app", "/opt/render/project/src"),
    *("/srv/app", "/opt/app", "/src"),
)
_MOUNT_PATH: Final = re.compile(
    r"^\s*(?:-\s*)?(?:mountPath|destination)\s*[:=]\s*[\"']?(/[^\s\"'#]*)", re.MULTILINE
)


def lasting(context: Context, path: Plain) -> bool:
    """Whether what is written there may still be there after a restart."""
    if context.target.platform.name == "heroku":
        return False
    if isinstance(path, str) and path.startswith("/") and not path.startswith(("/app/", "/tmp/")):  # noqa: S108
        return True
    if not isinstance(path, Folder | str):
        return True
    texts = [
        text.content
        for text in map(
            context.project.text, ("fly.toml", "render.yaml", "railway.toml", "railway.json")
        )
        if text is not None and _MOUNTED.search(text.content)
    ]
    mounts = [mount for text in texts for mount in _MOUNT_PATH.findall(text)]
    return bool(texts) and (not mounts or _may_hold(context, mounts, path))


def _may_hold(context: Context, mounts: list[str], path: Folder | str) -> bool:
    """Whether one of the disks may hold a path that counts from the project."""
    inner = posixpath.normpath(
        path.path if isinstance(path, Folder) else path.removeprefix("/app/")
    )
    if inner.startswith("..") or "ln -s" in _commands(context):
        return True
    homes = [*_HOMES, *_image_homes(context)]
    for mount in (mount.rstrip("/") for mount in mounts):
        for home in homes:
            if home == mount or home.startswith(f"{mount}/"):
                return True
            folder = mount.removeprefix(f"{home}/")
            if folder != mount and f"{inner}/".startswith(f"{folder}/"):
                return True
    return False


def _image_homes(context: Context) -> list[str]:
    dockerfile = context.project.dockerfile
    steps = () if dockerfile is None else dockerfile.named("WORKDIR", "COPY", "ADD")
    last = [step.text.split()[-1].strip("\"'[]") for step in steps if step.text.split()]
    return [place.rstrip("/") for place in last if place.startswith("/") and place != "/"]


def _commands(context: Context) -> str:
    """Return all that scripts, images and hosts run: a link may lead to the disk."""
    project = context.project
    names = ("fly.toml", "render.yaml", "Dockerfile", "Procfile")
    paths = [*names, *(path for path in project.files.paths if path.endswith(".sh"))]
    texts = [project.text(path) for path in paths]
    return "\n".join(text.content for text in texts if text is not None)
