"""What the buildpack refuses before it installs anything.

Source: lib/checks.sh of heroku/heroku-buildpack-python v351.
"""

import re
from typing import Final

from wherry.buildrules.listing import Listing
from wherry.buildrules.refusal import Refusal
from wherry.platforms.hosts import Target

STACK_ENDED: Final = "checks::stack::eol"


def check_stack(stack: str, target: Target) -> Refusal | None:
    """Return why an app's stack is not built on; None where it is, or nothing is known."""
    fact = target.find("stacks")
    known = fact.value if fact is not None and isinstance(fact.value, tuple) else ()
    if not stack or not known or stack in known or stack == "container":
        return None
    ended = 0 < _number(stack) < min(map(_number, known))
    what = "is no longer supported." if ended else "isn't recognised."
    return Refusal(
        (f"Error: The '{stack}' stack {what}", "", f"The stacks are {', '.join(known)}."),
        "stack-end-of-life",
        STACK_ENDED if ended else "checks::stack::unknown",
        ("app.json",),
        {"stack": stack},
    )


def _number(stack: str) -> int:
    found = re.fullmatch(r"(?:heroku|cedar)-(\d+)", stack)
    # The very first one had no number.
    return int(found[1]) if found else int(stack == "cedar")


def check_folders(listing: Listing) -> Refusal | None:
    """Return why a folder that is in the way stops the build; None where none is."""
    if listing.has_folder(".heroku/python") or listing.has(".heroku/python"):
        return _existing(".heroku/python", "existing-python-dir")
    for name in (".venv", "venv"):
        # A folder of that name that is no virtual environment is let be.
        if listing.has(f"{name}/pyvenv.cfg"):
            return _existing(name, "existing-venv-dir")
    return None


def _existing(folder: str, kind: str) -> Refusal:
    return Refusal(
        (
            f"Error: Existing '{folder}/' directory found.",
            "",
            f"The app's source code contains '{folder}/', which must not be in git.",
        ),
        "venv-committed",
        f"checks::{kind}",
        (folder,),
        {"folder": folder},
    )
