"""Heroku's buildpack for Python, step by step as it goes."""

from dataclasses import dataclass

from wherry.buildrules import checks, detection, environment, hooks, managers
from wherry.buildrules.python_choice import choose_python
from wherry.buildrules.refusal import Refusal
from wherry.rehearse.build.python_step import Installed, install
from wherry.rehearse.build.scripts_step import (
    collect_static_files,
    download_nltk_data,
    run_hook,
)
from wherry.rehearse.build.site import Site


@dataclass(frozen=True, slots=True)
class PythonBuilt:
    """What the buildpack left in the app's tree.

    Attributes:
        static: The files that collectstatic made.
    """

    installed: Installed
    static: frozenset[str]


def compile_python(site: Site, *, named: bool, fresh: bool) -> PythonBuilt:
    """Build the app's tree as Heroku's buildpack for Python does.

    Args:
        site: Where.
        named: Whether the project names the buildpack.
        fresh: Whether nothing of earlier builds is used.

    Raises:
        BuildFailed: the platform refuses it, or could not build it, or this machine cannot.
    """
    log, target = site.log, site.target
    listing = site.listing()
    if not detection.detects(listing):
        raise log.refuse(detection.refuse(listing, named=named))
    log.step("Python app detected")
    for refusal in (checks.check_stack(site.stack, target), checks.check_folders(listing)):
        if refusal is not None:
            raise log.refuse(refusal)
    run_hook(site, hooks.PRE_COMPILE)
    listing = site.listing()
    manager = managers.choose(listing, fir="heroku-fir" in target.families)
    if isinstance(manager, Refusal):
        raise log.refuse(manager)
    choice = choose_python(listing, manager, target)
    if isinstance(choice, Refusal):
        raise log.refuse(choice)
    log.step(choice.line)
    for caution in choice.cautions:
        log.caution(caution)
    installed = install(site, manager, choice, fresh=fresh)
    nltk = download_nltk_data(site, installed)
    static = collect_static_files(site, installed)
    _write_profile(site, manager.name, nltk=nltk)
    run_hook(site, hooks.POST_COMPILE)
    log.step("Saving cache")
    return PythonBuilt(installed, static)


def _write_profile(site: Site, manager: str, *, nltk: bool) -> None:
    folder = site.root / ".profile.d"
    folder.mkdir(exist_ok=True)
    for name, text in environment.profile_scripts(site.target, manager, nltk=nltk).items():
        path = folder / name
        path.unlink(missing_ok=True)
        path.write_text(text, "utf-8")
