"""What the index makes of the project's requirements."""

from wherry.dependencies.resolution import Resolution
from wherry.doctor.rule import Context
from wherry.estimate import requirement_lines
from wherry.platforms.hosts import Target


def resolve(context: Context) -> Resolution | None:
    """Return what the host would install; None where nothing is asked for, or no Python is known.

    Conda's lists are of other packages on another index, and are not looked at.
    """
    # A tenth of a second, which --offline need not spend.
    from wherry.dependencies import resolving

    requirements = context.project.requirements
    lines = requirement_lines.installed(requirements)
    if context.python is None or not lines or requirements.manager == "conda":
        return None
    return resolving.resolve(
        lines,
        context.python,
        pythons=offered_pythons(context.target),
        constraints=requirement_lines.constraints(requirements),
        index_urls=requirement_lines.index_urls(requirements),
        locked=requirements.lock is not None,
    )


def offered_pythons(target: Target) -> tuple[tuple[int, int], ...]:
    """Return the Pythons that a host builds, oldest first; empty where it takes any."""
    fact = target.find("pythons")
    if fact is None or not isinstance(fact.value, tuple):
        return ()
    parts = (version.split(".") for version in fact.value)
    return tuple(sorted((int(part[0]), int(part[1])) for part in parts))
