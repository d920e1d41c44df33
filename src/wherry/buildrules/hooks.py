"""Scripts of the project's own that run during the build.

Source: lib/hooks.sh of heroku/heroku-buildpack-python v351.
"""

from typing import Final

from wherry.buildrules.listing import Listing
from wherry.buildrules.refusal import Refusal

PRE_COMPILE: Final = "bin/pre_compile"
POST_COMPILE: Final = "bin/post_compile"

# Config vars that no script of a build gets to see, since they would break the build itself.
UNSAFE: Final = frozenset(
    (
        *("PATH", "GIT_DIR", "CPATH", "CPPATH", "LD_PRELOAD", "LIBRARY_PATH", "LD_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONPATH", "STACK", "REQUEST_ID", "IFS", "BASH_ENV"),
    )
)


def present(listing: Listing, hook: str) -> bool:
    """Whether the project has such a script."""
    return listing.has(hook)


def line(hook: str) -> str:
    """Return what the log says before it runs."""
    return f"Running {hook} hook"


def failed(hook: str) -> Refusal:
    """Return what is said where a script ended with an error."""
    return Refusal(
        (
            f"Error: Failed to run the {hook} script.",
            "",
            "It ended with a non-zero exit status; its output is above.",
        ),
        "build-hook-fails",
        f"hooks::{hook.rpartition('/')[2]}",
        (hook,),
        {"hook": hook},
    )
