"""The commands that the host runs: while it builds, when it releases, when it starts."""

from collections.abc import Iterator

from wherry.doctor.rule import Context
from wherry.doctor.rules.files.circumstances import built_by_buildpack, runs_in_image
from wherry.project.host_files.services import Service
from wherry.project.procfile import Process
from wherry.project.scripts import started_in

_ATTRIBUTES = {
    "build": "build_command",
    "release": "release_command",
    "web": "start_command",
}


def commands(context: Context) -> tuple[Process, ...]:
    """Return what the host runs outside an image: the Procfile's lines, or those of its own file.

    What an image runs is another matter: what it is made of cannot be known in the same way.
    """
    procfile = context.project.procfile
    if built_by_buildpack(context):
        return () if procfile is None else tuple(procfile.processes.values())
    if runs_in_image(context):
        return ()
    platform = context.target.platform.name
    services = [item for item in context.project.services if item.host == platform]
    return tuple(process for service in services for process in _of(context, service))


def _of(context: Context, service: Service) -> Iterator[Process]:
    if service.runtime not in ("", "python"):
        return
    for name, attribute in _ATTRIBUTES.items():
        command: str = getattr(service, attribute)
        if not command:
            continue
        kind = service.kind if name == "web" else name
        found = started_in(context.project, command, service.root)
        line = service.lines.get(attribute, 1)
        yield Process(kind, command, service.path, line, found)
