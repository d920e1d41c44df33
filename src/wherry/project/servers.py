"""Finds the web server that a project starts, for each of the places that say it."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wherry.findings import FileSpan
from wherry.project import images
from wherry.project.dockerfile import Dockerfile
from wherry.project.folder import Folder
from wherry.project.host_files.heroku_reading import read_heroku_yml
from wherry.project.host_files.services import Service
from wherry.project.host_files.services_reading import read_services
from wherry.project.procfile_reading import read_misnamed, read_procfile
from wherry.project.scripts import expanded, started_in
from wherry.project.server import Server
from wherry.project.server_reading import Start, server_of
from wherry.project.shell import Invocation, invocations, of_words


def read_servers(folder: Folder) -> Mapping[str, Server]:
    """Return the web servers that are started, by the name of the file that says it."""
    found: dict[str, Server | None] = {}
    # What a Procfile under another name says will run once it is renamed.
    procfile = read_procfile(folder) or read_misnamed(folder)
    if procfile is not None and procfile.web is not None:
        web = procfile.web
        found["Procfile"] = server_of(
            folder, Start(web.command, web.where, web.invocations, folder.base)
        )
    heroku = read_heroku_yml(folder)
    if heroku is not None and heroku.run.get("web"):
        where = FileSpan(heroku.path, quote=heroku.run["web"])
        found["heroku.yml"] = _server(folder, heroku.run["web"], where)
    for service in read_services(folder):
        name = posixpath.basename(service.path)
        if service.start_command and service.kind == "web" and name not in found:
            where = service.at("start_command", service.start_command)
            found[name] = _server(folder, service.start_command, where, service.root, service)
    dockerfile = images.read_image(folder)
    if dockerfile is not None:
        found["Dockerfile"] = _of_image(folder, dockerfile)
    return {name: server for name, server in found.items() if server is not None}


def _server(
    folder: Folder,
    command: str,
    where: FileSpan,
    home: str = "",
    service: Service | None = None,
) -> Server | None:
    found = started_in(folder, command, home)
    in_image = service is not None and service.runtime == "docker"
    dockerfile = images.read_image(folder) if in_image else None
    run_in, located = folder.base, True
    if dockerfile is not None:
        place = images.working_folder(folder, dockerfile)
        run_in, located = place or "", place is not None
    return server_of(folder, Start(command, where, found, run_in, located=located))


def _of_image(folder: Folder, dockerfile: Dockerfile) -> Server | None:
    found, command, line, shell = _started(dockerfile)
    if line is None:
        return None
    place = images.working_folder(folder, dockerfile)
    where = FileSpan(dockerfile.path, line, quote=command)
    return server_of(
        folder,
        Start(
            command,
            where,
            expanded(folder, found),
            place or "",
            located=place is not None,
            env=dockerfile.env,
            shell=shell,
        ),
    )


def _started(
    dockerfile: Dockerfile,
) -> tuple[tuple[Invocation, ...], str, int | None, bool]:
    """Return what the image runs: its entry point, with its command as arguments.

    The last of the four tells whether a shell reads it.
    """
    steps = {step.name: step for step in dockerfile.last_stage}
    entry, command = steps.get("ENTRYPOINT"), steps.get("CMD")
    if entry is not None and entry.words and command is not None:
        shell = command.words is None
        words: Sequence[str] = command.words or ("/bin/sh", "-c", command.text)
        both = of_words([*entry.words, *words])
        # An entry point that is no script of the project's hands over to its arguments; what a
        # script makes of them stands behind, and counts.
        return (*of_words(words), *both), f"CMD {command.text}", command.line, shell
    step = command or entry
    if step is None:
        return (), "", None, True
    found = invocations(step.text) if step.words is None else of_words(step.words)
    shell = step.words is None or (len(found) > 0 and step.words[:1] != found[0].words[:1])
    return found, f"{step.name} {step.text}", step.line, shell


def server_on(folder: Folder, servers: Mapping[str, Server], platform: str) -> Server | None:
    """Return the web server that a platform starts; None where nothing here says it."""
    for name in _order(folder, servers, platform):
        if name in servers:
            in_image = name == "Procfile" and images.uses_image(folder, servers, platform)
            # The Procfile's command runs where the image puts the code, which it does not say.
            return replace(servers[name], located=False) if in_image else servers[name]
    return None


def _order(folder: Folder, servers: Mapping[str, Server], platform: str) -> tuple[str, ...]:
    if platform == "heroku":
        in_image = images.uses_image(folder, servers, platform)
        return ("heroku.yml", "Dockerfile") if in_image else ("Procfile",)
    if platform == "render":
        return ("render.yaml", "Dockerfile")
    railway = ("railway.json", "railway.toml", "Dockerfile", "Procfile")
    # Dokku takes the Procfile's commands also where it builds the Dockerfile.
    return {
        "dokku": ("Procfile", "Dockerfile"),
        "railway": railway,
        "fly": ("fly.toml", "Dockerfile", "Procfile"),
    }.get(platform, ("Dockerfile", "Procfile"))
