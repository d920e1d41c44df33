"""What code can ask its surroundings for: variables of the environment, files, other modules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.platforms import hosts
from wherry.project.code.values import MISSING, UNKNOWN, Folder, Value
from wherry.project.contents import Contents

# Set by the hosts themselves: their absence cannot be taken for granted, nor their presence.
_GIVEN: Final = frozenset(
    (
        *("PORT", "DYNO", "HEROKU_APP_NAME", "HEROKU_SLUG_COMMIT", "WEB_CONCURRENCY", "STACK"),
        *("RENDER", "RENDER_EXTERNAL_HOSTNAME", "RENDER_SERVICE_NAME", "RENDER_EXTERNAL_URL"),
        *("RAILWAY_ENVIRONMENT", "RAILWAY_PUBLIC_DOMAIN", "RAILWAY_STATIC_URL", "FLY_APP_NAME"),
        *("FLY_REGION", "K_SERVICE", "K_REVISION", "GOOGLE_CLOUD_PROJECT", "DOKKU_APP_NAME"),
        *("HOME", "PATH", "USER", "HOSTNAME", "PWD", "SHELL", "LANG", "TMPDIR", "TERM"),
        *("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONHASHSEED", "DJANGO_SETTINGS_MODULE"),
        *("DJANGO_CONFIGURATION", "CI", "SOURCE_VERSION", "BUILD_DIR"),
    )
)


_MOST_STEPS: Final = 500_000
# Whose variables they are, by how their names begin.
_HOSTS: Final = {
    "DYNO": "heroku",
    "HEROKU": "heroku",
    "RENDER": "render",
    "RAILWAY": "railway",
    "FLY": "fly",
    "K": "cloud-run",
}


@dataclass(frozen=True, eq=False)
class World:
    """The surroundings of the project's code.

    Attributes:
        variables: What the project's own files set; None for a value that is kept elsewhere.
        hosts: The platforms that the project has files for.
        steps: How many expressions were evaluated so far.
    """

    contents: Contents
    base: str
    variables: Mapping[str, str | None] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    steps: list[int] = field(default_factory=lambda: [0])

    def variable(self, name: str, default: Value | None) -> Value:
        """Return a variable of the environment; without a default its absence is an error."""
        depends = frozenset((name,))
        if name in self.variables:
            text = self.variables[name]
            if text is None:
                return Value(UNKNOWN, depends, () if default is None else default.possible)
            return Value(text, depends)
        if name in _GIVEN:
            others = () if default is None else default.possible
            return Value(UNKNOWN, depends, others)
        if default is None:
            return Value(MISSING, depends, (UNKNOWN,))
        return Value(
            default.plain, depends | default.variables, (UNKNOWN, *default.others), default.whole
        )

    def step(self) -> bool:
        """Count an expression; False when there were so many that somebody means harm."""
        self.steps[0] += 1
        return self.steps[0] <= _MOST_STEPS

    def has_variable(self, name: str) -> Value:
        """Return whether a variable is set."""
        depends = frozenset((name,))
        if name in self.variables:
            return Value(plain=True, variables=depends)
        if name in _GIVEN:
            host = _HOSTS.get(name.partition("_")[0])
            if host is not None and self.hosts:
                there = host in self.hosts
                return Value(there, depends, () if there else (True,))
            return Value(UNKNOWN, depends, (True, False))
        return Value(plain=False, variables=depends, others=(True,))

    def exists(self, path: object) -> Value:
        """Return whether the deployed project has such a file or folder."""
        if isinstance(path, Folder):
            inner = path.path
        elif isinstance(path, str) and path and not path.startswith(("/", "~")):
            inner = f"{self.base}/{path}" if self.base else path
        else:
            return Value(UNKNOWN)
        if inner.startswith(".."):
            return Value(UNKNOWN)
        files = self.contents.files
        there = not inner or files.deployed(inner) is not None or files.has_folder(inner)
        return Value(there)


def look_around(contents: Contents) -> World:
    """Return the surroundings that the project's own files make."""
    variables: dict[str, str | None] = {}
    for platform in hosts.NAMES:
        for name, value in contents.environment(platform).items():
            if variables.get(name, value) != value:
                value = None
            variables[name] = value
    return World(contents, contents.app, {**variables, **_dotenv(contents)}, _meant(contents))


def _meant(contents: Contents) -> frozenset[str]:
    """Return the platforms that the project has files for."""
    found = {service.host for service in contents.services}
    if not found and (contents.procfile is not None or contents.app_json is not None):
        found.add("heroku")
    return frozenset(found)


def _dotenv(contents: Contents) -> dict[str, str | None]:
    """Return what a deployed .env file sets: readers of settings look for one by themselves."""
    found: dict[str, str | None] = {}
    for folder in dict.fromkeys(("", contents.base, contents.app)):
        path = f"{folder}/.env" if folder else ".env"
        text = contents.text(path) if contents.files.deployed(path) else None
        for line in () if text is None else text.lines[:400]:
            name, sign, value = line.strip().removeprefix("export ").partition("=")
            if sign and name.strip().isidentifier():
                found[name.strip()] = value.strip().strip("\"'")
    return found
