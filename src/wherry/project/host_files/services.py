"""A service as fly.toml, render.yaml, railway.json and their like describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.findings import FileSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One thing that a host runs, as its file describes it; "" and None where it does not say.

    Attributes:
        host: The platform's name in ``wherry.platforms``: ``fly``, ``render``, ``railway``.
        kind: ``web``, ``worker``, ``cron`` or "".
        runtime: ``docker``, ``python``, another language, or "".
        root: The folder that it is built from.
        env: The variables that it sets; None for one that is set elsewhere.
        port: The port that the host looks at.
        health_path: Where the host asks whether it is well.
        size: The kind of instance.
        lines: The lines of what was read, by the attribute's name.
    """

    host: str
    path: str
    name: str = ""
    kind: str = "web"
    runtime: str = ""
    root: str = ""
    build_command: str = ""
    start_command: str = ""
    release_command: str = ""
    dockerfile: str = ""
    env: Mapping[str, str | None] = field(default_factory=dict)
    port: int | None = None
    health_path: str = ""
    size: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, attribute: str, quote: str = "") -> FileSpan:
        """Return where an attribute stands."""
        return FileSpan(self.path, self.lines.get(attribute), quote=quote)
