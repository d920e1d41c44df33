"""Which folders of the host outlast a restart."""

import re
from typing import Final

from wherry.doctor.rule import Context
from wherry.project.code.values import Folder, Plain

_MOUNTED: Final = re.compile(
    r"^\s*(?:\[\[?mounts\]?\]|disk:|mountPath|destination\s*=|requiredMountPath|volumes?:)",
    re.MULTILINE,
)


def lasting(context: Context, path: Plain) -> bool:
    """Whether what is written there may still be there after a restart."""
    if context.target.platform.name == "heroku":
        return False
    if isinstance(path, str) and path.startswith("/") and not path.startswith(("/app/", "/tmp/")):  # noqa: S108
        return True
    if not isinstance(path, Folder | str):
        return True
    return any(
        text is not None and _MOUNTED.search(text.content)
        for text in map(
            context.project.text, ("fly.toml", "render.yaml", "railway.toml", "railway.json")
        )
    )
