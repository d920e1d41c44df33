"""A project's files and configuration: each read when it is first asked for, none run."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from wherry.project import (
    environment,
    images,
    procfile_reading,
    python_version_reading,
    servers,
)
from wherry.project.dockerfile import Dockerfile
from wherry.project.folder import Folder
from wherry.project.host_files.app_json import AppJson, HerokuYml
from wherry.project.host_files.heroku_reading import read_app_json, read_heroku_yml
from wherry.project.host_files.services import Service
from wherry.project.host_files.services_reading import read_services
from wherry.project.procfile import Procfile
from wherry.project.python_version import PythonVersion
from wherry.project.requirements.reading import read_requirements
from wherry.project.requirements.requirements import Requirements
from wherry.project.server import Server


@dataclass(frozen=True)
class Contents(Folder):
    """What a project's folder holds; ``Project`` adds what its code says.

    The readers of the code take this one, so that no import goes round in a circle.
    """

    @cached_property
    def requirements(self) -> Requirements:
        """What is installed."""
        return read_requirements(self)

    @cached_property
    def python_version(self) -> PythonVersion:
        """The Python that is asked for where a buildpack looks."""
        return python_version_reading.read_python_version(self)

    @cached_property
    def procfile(self) -> Procfile | None:
        """The Procfile where the host looks for it."""
        return procfile_reading.read_procfile(self)

    @cached_property
    def dockerfile(self) -> Dockerfile | None:
        """The Dockerfile that is built, where a host builds one."""
        return images.read_image(self)

    @cached_property
    def app_json(self) -> AppJson | None:
        """The app.json."""
        return read_app_json(self)

    @cached_property
    def heroku_yml(self) -> HerokuYml | None:
        """The heroku.yml, which makes Heroku build from Dockerfiles."""
        return read_heroku_yml(self)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services of fly.toml, render.yaml, railway.json and railway.toml."""
        return read_services(self)

    @cached_property
    def servers(self) -> Mapping[str, Server]:
        """The web servers that are started, by the file that says it, the Procfile's first."""
        return servers.read_servers(self)

    def server(self, platform: str) -> Server | None:
        """Return the web server that a platform (``heroku``, ``fly`` ...) starts."""
        return servers.server_on(self, self.servers, platform)

    def environment(self, platform: str) -> Mapping[str, str | None]:
        """Return the variables that the project's own files set on a platform.

        None stands for a variable that is declared, and set elsewhere.
        """
        return environment.variables_on(self, self.servers, platform)
