"""Hosts with builders of their own: their steps, as far as the project's files say them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.buildrules import environment, managers, procfile, pythons
from wherry.buildrules.managers import MANAGERS, Manager
from wherry.buildrules.python_choice import DEFAULT, PythonChoice
from wherry.buildrules.refusal import Refusal
from wherry.platforms.hosts import Target
from wherry.project.host_files.services import Service
from wherry.project.host_python import host_python
from wherry.project.project import Project
from wherry.rehearse.build.python_buildpack import PythonBuilt
from wherry.rehearse.build.python_step import install
from wherry.rehearse.build.site import Site

_PIP: Final = next(manager for manager in MANAGERS if manager.name == "pip")
# Where no host says which Python it takes by itself.
_USUAL: Final = (3, 13)


@dataclass(frozen=True, slots=True)
class NativelyBuilt:
    """What the builder left.

    Attributes:
        process_types: The commands that the host runs.
    """

    python: PythonBuilt
    process_types: Mapping[str, str] = field(default_factory=dict)


def build_natively(site: Site, project: Project, *, fresh: bool) -> NativelyBuilt:
    """Build the app's tree as Render, Railway or Cloud Run do without a Dockerfile.

    Raises:
        BuildFailed: nothing says what to install, or it could not be built.
    """
    target = site.target
    service = _service(project, target)
    command = "" if service is None else service.build_command
    manager = _manager(site, command)
    choice = _choice(project, target)
    site.log.line(f"==> Using Python version {choice.full} ({choice.origin})")
    site.log.remark(
        "build",
        f"{target.platform.title}'s own builder is not run: its steps are done here as far as the "
        "project's files say them.",
    )
    installed = install(site, manager, choice, fresh=fresh, command=command)
    folder = site.root / ".profile.d"
    folder.mkdir(exist_ok=True)
    # The host sets these in its image; a dyno of Wherry's reads them here.
    scripts = environment.profile_scripts(target, manager.name, nltk=False)
    (folder / "python.sh").write_text(scripts["python.sh"], "utf-8")
    return NativelyBuilt(PythonBuilt(installed, frozenset()), _commands(site, service))


def _service(project: Project, target: Target) -> Service | None:
    own = [item for item in project.services if item.host == target.platform.name]
    return next((item for item in own if item.kind == "web"), own[0] if own else None)


def _manager(site: Site, command: str) -> Manager:
    found = managers.present(site.listing().paths)
    if found or command:
        return next((item for item in found if item.name in command), found[0] if found else _PIP)
    wanted = ", ".join(item.file for item in MANAGERS)
    raise site.log.refuse(
        Refusal(
            (f"No file says what to install: none of {wanted} is there.",),
            "no-package-manager-file",
            "native::none-found",
        )
    )


def _choice(project: Project, target: Target) -> PythonChoice:
    asked = project.python_version
    version = host_python(project, target)
    if version is not None and version == asked.version and asked.asked:
        return PythonChoice(asked.asked, asked.file, version, asked.asked)
    version = version or pythons.default(target) or _USUAL
    text = f"{version[0]}.{version[1]}"
    return PythonChoice(text, DEFAULT, version, text)


def _commands(site: Site, service: Service | None) -> dict[str, str]:
    # Render has no use for a Procfile.
    reads_procfile = site.target.platform.name != "render"
    text = site.listing().texts.get("Procfile", b"") if reads_procfile else b""
    declared = procfile.process_types(text.decode("utf-8", "replace"))
    if service is None:
        return declared
    found = {"web": service.start_command, "release": service.release_command}
    return {**declared, **{name: command for name, command in found.items() if command}}
