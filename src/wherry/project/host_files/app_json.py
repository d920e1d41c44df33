"""app.json and heroku.yml: what Heroku is told beside the Procfile."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AppJson:
    """An app.json.

    Attributes:
        env: The variables that it declares; None for one without a value of its own.
        buildpacks: Their addresses, in order.
        formation: The number of each process type's dynos, and their size.
    """

    path: str
    env: Mapping[str, str | None] = field(default_factory=dict)
    buildpacks: tuple[str, ...] = ()
    stack: str = ""
    formation: Mapping[str, tuple[int | None, str]] = field(default_factory=dict)
    addons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HerokuYml:
    """A heroku.yml, which builds from Dockerfiles.

    Attributes:
        dockerfiles: By process type.
        run: The commands, by process type.
    """

    path: str
    dockerfiles: Mapping[str, str] = field(default_factory=dict)
    run: Mapping[str, str] = field(default_factory=dict)
