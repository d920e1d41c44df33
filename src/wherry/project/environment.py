"""The variables that a project's own files set on a host."""

from collections.abc import Mapping

from wherry.project import images
from wherry.project.folder import Folder
from wherry.project.host_files.heroku_reading import read_app_json
from wherry.project.host_files.services_reading import read_services
from wherry.project.server import Server


def variables_on(
    folder: Folder, servers: Mapping[str, Server], platform: str
) -> Mapping[str, str | None]:
    """Return the variables that the files set on a platform; None for what is set elsewhere."""
    found: dict[str, str | None] = {}
    in_image = images.uses_image(folder, servers, platform)
    dockerfile = images.read_image(folder) if in_image else None
    if dockerfile is not None:
        found |= dockerfile.env
    app_json = read_app_json(folder) if platform in ("heroku", "dokku") else None
    if app_json is not None:
        found |= app_json.env
    for service in read_services(folder):
        if service.host == platform and service.kind == "web":
            found |= service.env
    return found
