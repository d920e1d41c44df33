"""What runs once the packages are there, and before: the project's own scripts, and Django's."""

from pathlib import Path

from wherry.buildrules import hooks, nltk_data, static_files
from wherry.buildrules.environment import PYTHON
from wherry.rehearse.build.packing import scan
from wherry.rehearse.build.python_step import Installed
from wherry.rehearse.build.running import Environment
from wherry.rehearse.build.site import Site
from wherry.rehearse.build.troubles import unreachable


def run_hook(site: Site, hook: str) -> None:
    """Run bin/pre_compile or bin/post_compile, where the project has one.

    Raises:
        BuildFailed: it ended with an error.
    """
    script = site.root / hook
    if not script.is_file():
        return
    site.log.step(hooks.line(hook))
    script.chmod(script.stat().st_mode | 0o111)
    # A shell takes a script without a first line for one of its own.
    status, _ = site.run(["bash", "-c", '"$0"', script], site.open())
    if status:
        raise site.log.refuse(hooks.failed(hook))


def download_nltk_data(site: Site, installed: Installed) -> bool:
    """Download the data sets that nltk.txt names; return whether there are any.

    Raises:
        BuildFailed: they could not be downloaded.
    """
    if not installed.has("nltk"):
        return False
    site.log.step("Downloading NLTK corpora...")
    path = site.root / nltk_data.FILE
    if not path.is_file():
        site.log.indent("'nltk.txt' not found, not downloading any corpora")
        return False
    names = nltk_data.names(path.read_text("utf-8", "replace"))
    site.log.step(f"Downloading NLTK packages: {' '.join(names)}")
    command = [
        site.program,
        "-m",
        "nltk.downloader",
        "-d",
        str(site.root / nltk_data.FOLDER),
        *names,
    ]
    status, output = site.run(command, site.open())
    # The downloader reports what it did not find, and ends well.
    if status or "Error loading" in output:
        raise unreachable(site.log, output) or site.log.refuse(nltk_data.failed())
    return True


def collect_static_files(site: Site, installed: Installed) -> frozenset[str]:
    """Run collectstatic where the buildpack does; return the files that it made.

    Raises:
        BuildFailed: it failed.
    """
    before = _files(site.root)
    fir = "heroku-fir" in site.target.families
    plan = static_files.plan(before, site.variables, django=installed.has("django"), fir=fir)
    if plan.line and plan.manage and fir and not _has_command(site, plan.manage):
        return frozenset()
    if plan.line:
        site.log.step(plan.line)
    for caution in plan.cautions:
        site.log.caution(caution)
    if not plan.manage:
        return frozenset()
    command = [site.program, plan.manage, "collectstatic", "--noinput", "--traceback"]
    status, _ = site.run(command, _with_path(site), dropped=static_files.DROPPED)
    site.log.line("")
    if status:
        raise site.log.refuse(static_files.failed(plan.manage))
    made = _files(site.root) - before
    # Beside the static files there is the bytecode of what the command imported.
    return frozenset(path for path in made if "__pycache__/" not in path)


def _with_path(site: Site) -> Environment:
    return site.open(PYTHONPATH=site.variables.get("PYTHONPATH", "."))


def _has_command(site: Site, manage: str) -> bool:
    """Whether Django knows collectstatic, which Fir's buildpack asks first."""
    command = [site.program, manage, "help", "collectstatic"]
    status, _ = site.run(command, _with_path(site), say=lambda _: None)
    return status == 0


def _files(root: Path) -> set[str]:
    paths = scan(root, skip=lambda path: path == PYTHON)
    return {path for path in paths if not (root / path).is_dir()}
