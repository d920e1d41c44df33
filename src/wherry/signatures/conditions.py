"""What else may be asked of an event, in words."""

from wherry.signatures.events import Event
from wherry.signatures.signature import Condition

_BUILDERS = (
    "/pip-build-env-",
    "/pip-install-",
    "/pip-req-build-",
    "/pip-wheel-",
    "/build_meta.py",
    "/builds-v0/",
    "/sdists-v",
    "/_in_process.py",
    "/pip/_internal/",
    "/pip/_vendor/",
    "/pip/__main__.py",
    "/pep517/",
    "setup.py",
    "<string>",
)


def building(event: Event) -> bool:
    """Whether a package was being built from source, or packages were being installed."""
    by_pip = event.raised is not None and event.raised.type.startswith("pip._")
    return (
        event.building
        or by_pip
        or any(part in frame.path for frame in event.frames for part in _BUILDERS)
    )


def running(event: Event) -> bool:
    """Whether it is the app that said it, not the installation of its packages."""
    return not building(event)


def passes(*parts: str) -> Condition:
    """Return whether a frame of the traceback lies in one of these files."""

    def condition(event: Event) -> bool:
        return any(part in frame.path for frame in event.frames for part in parts)

    return condition


def said_by(*sources: str) -> Condition:
    """Return whether the platform's part of that name said it; unknown speakers count too."""

    def condition(event: Event) -> bool:
        return event.source in sources or not event.source

    return condition


def imported_by(event: Event) -> str:
    """Return the innermost file that is not the import machinery's."""
    return next(
        (
            frame.path
            for frame in reversed(event.frames)
            if not frame.path.startswith("<frozen") and "/importlib/" not in frame.path
        ),
        "",
    )
