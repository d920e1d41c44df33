"""Which buildpacks a build goes through, in order, and what each of them leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.buildrules import buildpacks
from wherry.project.host_python import uses_image
from wherry.project.project import read_project
from wherry.rehearse.build.apt import APTFILE, install_packages
from wherry.rehearse.build.external import Fetched, fetch, run_external
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.native import build_natively
from wherry.rehearse.build.python_buildpack import PythonBuilt, compile_python
from wherry.rehearse.build.site import Site

_PYTHON = "heroku/python"


@dataclass
class Built:
    """What the buildpacks left beside the files.

    Attributes:
        config_vars: What they set for the app.
        process_types: Their defaults for what the Procfile does not name.
        own_commands: What the host's own file says in the place of the Procfile; None where the
            Procfile counts.
    """

    python: PythonBuilt | None = None
    config_vars: dict[str, str] = field(default_factory=dict)
    process_types: dict[str, str] = field(default_factory=dict)
    own_commands: Mapping[str, str] | None = None


def run_buildpacks(site: Site, *, fresh: bool) -> Built:
    """Run the buildpacks that the project names, or the one for Python.

    Raises:
        BuildFailed: one of them refused or failed.
    """
    project = read_project(site.root)
    platform = site.target.platform.name
    if uses_image(project, platform) or platform == "fly":
        raise _of_image(site)
    if platform not in ("heroku", "dokku"):
        native = build_natively(site, project, fresh=fresh)
        return Built(native.python, own_commands=native.process_types)
    listing = site.listing()
    told = buildpacks.named(listing)
    built = Built()
    if not told and listing.has(APTFILE):
        site.log.remark(
            "buildpacks",
            "The Aptfile is not read: no file names the apt buildpack. Where `heroku buildpacks` "
            "lists it, name it in app.json too.",
        )
    if not told and listing.has("package.json"):
        site.log.remark(
            "buildpacks",
            "With a package.json, Heroku takes the app for one of Node.js unless its buildpacks "
            "are set; here it is built as one of Python.",
        )
    for name in told or (_PYTHON,):
        if buildpacks.is_python(name):
            built.python = compile_python(site, named=bool(told), fresh=fresh)
        elif buildpacks.is_apt(name):
            install_packages(site)
        else:
            _external(site, name, built)
    return built


def _of_image(site: Site) -> BuildFailed:
    title = site.target.platform.title
    return site.log.stop(
        f"{title} builds this project's Dockerfile, or one that it writes for it, and Wherry does "
        "not run Dockerfiles. Rehearse what a buildpack makes of the project under limits of the "
        "same size, such as --platform heroku:basic."
    )


def _external(site: Site, name: str, built: Built) -> None:
    fetched: Fetched | None = fetch(site, name)
    if fetched is None:
        return
    released: Mapping[str, Mapping[str, str]] = run_external(site, fetched)
    built.config_vars |= released["config_vars"]
    built.process_types |= released["default_process_types"]
