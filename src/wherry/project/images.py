"""Whether a host builds the project's Dockerfile, where that puts the code, and where it starts."""

import posixpath
from collections.abc import Mapping

from wherry.project.dockerfile import Dockerfile, Instruction
from wherry.project.dockerfile_reading import read_dockerfile
from wherry.project.folder import Folder
from wherry.project.host_files.heroku_reading import read_app_json, read_heroku_yml
from wherry.project.host_files.services_reading import read_services
from wherry.project.server import Server
from wherry.project.shell import split


def read_image(folder: Folder) -> Dockerfile | None:
    """Return the Dockerfile that is built: the one that a host's file names, or the usual one."""
    return read_dockerfile(folder, _named(folder))


def _named(folder: Folder) -> str:
    heroku = read_heroku_yml(folder)
    named = [] if heroku is None else [heroku.dockerfiles.get("web", "")]
    named += [service.dockerfile for service in read_services(folder)]
    for path in named:
        full = posixpath.normpath(posixpath.join(folder.base, path)) if path else ""
        if full and folder.files.deployed(full):
            return full
    return ""


def uses_image(folder: Folder, servers: Mapping[str, Server], platform: str) -> bool:
    """Whether a platform builds the project's Dockerfile, and no buildpack."""
    if platform == "heroku":
        return _heroku_uses_image(folder, servers)
    own = [service for service in read_services(folder) if service.host == platform]
    if any(service.runtime == "docker" and service.dockerfile for service in own):
        return True
    if platform == "render" and own:
        return all(service.runtime in ("docker", "image") for service in own)
    return read_image(folder) is not None


def _heroku_uses_image(folder: Folder, servers: Mapping[str, Server]) -> bool:
    heroku = read_heroku_yml(folder)
    if heroku is not None:
        return bool(heroku.dockerfiles)
    app_json = read_app_json(folder)
    if app_json is not None and app_json.stack == "container":
        return True
    # Without a Procfile, an image that starts a real server is pushed to Heroku's registry.
    started = servers.get("Dockerfile")
    procfile = folder.deployed("Procfile")
    return not procfile and started is not None and started.kind not in ("runserver", "script")


def working_folder(folder: Folder, dockerfile: Dockerfile) -> str | None:
    """Return the project's folder in which the image starts; None where it cannot be told."""
    here = "/"
    copied: list[tuple[str, str]] = []
    for step in dockerfile.last_stage:
        if step.name == "WORKDIR":
            target = step.text.strip("\"'")
            if "$" in target:
                target = _filled(target, dockerfile)
            if "$" in target:
                return None
            here = posixpath.normpath(posixpath.join(here, target))
        elif step.name in ("COPY", "ADD"):
            copied += _copied(folder, step, here)
    return _in_project(here, copied)


def _filled(target: str, dockerfile: Dockerfile) -> str:
    for name, value in dockerfile.env.items():
        target = target.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return target


def _in_project(here: str, copied: list[tuple[str, str]]) -> str | None:
    # What was copied last lies on top.
    for source, target in reversed(copied):
        if here == target:
            return source
        if here.startswith(f"{target.rstrip('/')}/"):
            inner = here[len(target.rstrip("/")) + 1 :]
            return posixpath.normpath(posixpath.join(source, inner))
    return None


def _copied(folder: Folder, step: Instruction, here: str) -> list[tuple[str, str]]:
    words = list(step.words) if step.words else split(step.text)
    if any(word.startswith("--from") for word in words):
        return []
    words = [word for word in words if not word.startswith("--")]
    if len(words) < 2:
        return []
    *sources, target = words
    place = posixpath.normpath(posixpath.join(here, target))
    found = []
    for source in sources:
        path = posixpath.normpath(posixpath.join(folder.base, source.lstrip("/")))
        path = "" if path == "." else path
        if path == folder.base or path in folder.files.folders:
            found.append((path, place))
    return found
