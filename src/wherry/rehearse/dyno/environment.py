"""What the platform puts into a dyno's environment, and how it starts a command."""

import secrets
from collections.abc import Mapping
from typing import Final

from wherry.platforms import hosts
from wherry.rehearse.overlay import Limits

PATH: Final = "/usr/local/bin:/usr/bin:/bin"
SHELL: Final = "/bin/bash"

# As the platform starts a command: what buildpacks left, then the app's own, then the command
# in a shell that it replaces.
# Source: https://devcenter.heroku.com/articles/dyno-startup-behavior (2024-12).
_START: Final = (
    'for script in "$HOME"/.profile.d/*.sh; do if [ -r "$script" ]; then . "$script"; fi; done; '
    'unset script; if [ -r "$HOME/.profile" ]; then . "$HOME/.profile"; fi; '
    f'exec {SHELL} -c "$1"'
)

# What tells an app where it runs.
_MARKS: Final = {
    "render": {"RENDER": "true"},
    "railway": {"RAILWAY_ENVIRONMENT": "rehearsal", "RAILWAY_ENVIRONMENT_NAME": "rehearsal"},
    "fly": {"FLY_APP_NAME": "rehearsal", "FLY_REGION": "local", "FLY_MACHINE_ID": "rehearsal"},
    "cloud-run": {
        "K_SERVICE": "rehearsal",
        "K_REVISION": "rehearsal-00001",
        "K_CONFIGURATION": "rehearsal",
    },
}


def argv(command: str) -> tuple[str, ...]:
    """Return the program that starts a command as the platform does."""
    return (SHELL, "-c", _START, SHELL, command)


def environment_of(
    name: str,
    limits: Limits,
    *,
    home: str,
    port: int | None,
    user: str,
    slug_vars: Mapping[str, str],
    config_vars: Mapping[str, str],
) -> dict[str, str]:
    """Return a dyno's environment, before its start scripts add to it.

    Args:
        name: The dyno's: ``web.1``.
        limits: The platform's.
        home: Where the app is, as the dyno sees it.
        port: What a web process is given.
        user: The name of the dyno's user; "" where it has none of its own.
        slug_vars: What the buildpacks set unless it is set.
        config_vars: The app's own.
    """
    values = {"HOME": home, "PATH": PATH, "LANG": "C.UTF-8", "SHELL": SHELL}
    if user:
        values |= {"USER": user, "LOGNAME": user}
    values |= _MARKS.get(limits.family, {}) | dict(slug_vars) | dict(config_vars)
    if limits.family in ("heroku", "dokku"):
        values["DYNO"] = _dyno_name(name, limits)
    if port is not None:
        values["PORT"] = str(port)
    return values


def _dyno_name(name: str, limits: Limits) -> str:
    if limits.family != "heroku" or hosts.get(limits.platform).size.generation != "fir":
        return name
    # Fir names its dynos as Kubernetes names pods: web-12a34b56d-e78f9.
    process = name.partition(".")[0]
    return f"{process}-{secrets.token_hex(5)[:9]}-{secrets.token_hex(3)[:5]}"
