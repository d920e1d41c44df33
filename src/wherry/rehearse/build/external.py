"""Other buildpacks, by the contract that all of them keep: detect, compile, release.

Source: https://devcenter.heroku.com/articles/buildpack-api.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import wherry
from wherry.buildrules.refusal import Refusal
from wherry.rehearse.build.layers import sweep
from wherry.rehearse.build.running import Environment
from wherry.rehearse.build.site import Site

_ADDRESS: Final = re.compile(r"(https?|git|ssh|file)://|git@")
_NAME: Final = re.compile(r"[\w.+:/@%~,=&?-]{1,400}(?:#[\w./-]{1,200})?")
_OWN: Final = re.compile(r"(?:^|/)wherry(?:-buildpack)?(?:\.git|\.tgz|\.tar\.gz)?(?:#.*)?$")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")
_LONGEST_RELEASE: Final = 100_000
# Of what a shell says of itself after it has read another buildpack's export script.
_OF_SHELL: Final = frozenset(("PWD", "OLDPWD", "SHLVL", "_"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """A buildpack that is here.

    Attributes:
        name: As the project names it.
    """

    name: str
    folder: Path


def fetch(site: Site, name: str) -> Fetched | None:
    """Return a buildpack, or None where it cannot be had, which is said.

    A folder is looked for within the project; an address is cloned with git.
    """
    folder = _local(site, name)
    if folder is None and _ADDRESS.match(name) and _NAME.fullmatch(name):
        folder = _cloned(site, name)
    if folder is None or not (folder / "bin" / "compile").is_file():
        site.log.remark(
            "buildpacks",
            f"The buildpack {name} is left out: it could not be had here. What it would install "
            "is missing from this slug.",
        )
        return None
    return Fetched(name, folder)


def _local(site: Site, name: str) -> Path | None:
    if _OWN.search(name.lower()):
        # That of this very version, where Wherry runs from its repository.
        own = Path(wherry.__file__).resolve().parents[2] / "buildpack"
        return own if own.is_dir() else None
    if _ADDRESS.match(name) or name.startswith("/"):
        return None
    place = (site.root / name).resolve()
    inside = place.is_relative_to(site.root.resolve()) and place != site.root.resolve()
    return place if inside and place.is_dir() else None


def _cloned(site: Site, name: str) -> Path | None:
    address, _, branch = name.partition("#")
    kept = site.cache / "buildpacks"
    kept.mkdir(parents=True, exist_ok=True)
    sweep(kept)
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    making = kept / f"{digest}-pid{os.getpid()}"
    command = ["git", "clone", "--quiet", "--depth", "1"]
    if branch:
        command += ["--branch", branch]
    environment = Environment(
        site.work,
        {
            **site.quiet().variables,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        },
    )
    status, _ = site.run([*command, "--", address, making], environment, say=lambda _: None)
    folder = kept / digest
    if status == 0:
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    shutil.rmtree(making, ignore_errors=True)
    return folder if folder.is_dir() else None


def run_external(site: Site, buildpack: Fetched) -> Mapping[str, Mapping[str, str]]:
    """Run a buildpack on the app's tree; return what its bin/release says.

    Raises:
        BuildFailed: it does not take the app for its own, or failed.
    """
    title = _detect(site, buildpack)
    site.log.step(f"{title} app detected")
    folder = buildpack.folder
    kept = site.cache / "external" / hashlib.sha256(buildpack.name.encode()).hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    command = [folder / "bin" / "compile", site.root, kept, site.work / "env"]
    status, _ = site.run(command, _environment(site), say=site.log.line)
    if status:
        raise site.log.refuse(
            Refusal(
                (f"Push rejected, failed to compile {title} app.",),
                "",
                "external-buildpack",
                values={"buildpack": buildpack.name},
            )
        )
    _inherit(site, folder / "export")
    return _release(site, folder)


def _detect(site: Site, buildpack: Fetched) -> str:
    program = buildpack.folder / "bin" / "detect"
    if not program.is_file():
        return buildpack.name
    status, output = site.run([program, site.root], _environment(site), say=lambda _: None)
    if status:
        raise site.log.refuse(
            Refusal(
                (f"App not compatible with buildpack: {buildpack.name}", *output.splitlines()[:20]),
                "wrong-buildpack",
                "detect",
                values={"buildpack": buildpack.name},
            )
        )
    return output.strip().splitlines()[0][:80] if output.strip() else buildpack.name


def _environment(site: Site) -> Environment:
    """Return what a buildpack sees: config vars are files to it, not variables."""
    return site.quiet()


def _inherit(site: Site, export: Path) -> None:
    """Give the next buildpacks what this one exports for them."""
    if not export.is_file():
        return
    before = dict(_environment(site).variables)
    script = 'set +u; . "$1" >/dev/null 2>&1; env -0'
    status, output = site.run(
        ["bash", "-c", script, "bash", export], Environment(site.root, before), say=lambda _: None
    )
    if status:
        return
    for entry in output.split("\0"):
        name, _, value = entry.partition("=")
        if _VARIABLE.fullmatch(name) and name not in _OF_SHELL and before.get(name) != value:
            site.inherited[name] = value


def _release(site: Site, folder: Path) -> Mapping[str, Mapping[str, str]]:
    program = folder / "bin" / "release"
    nothing: dict[str, dict[str, str]] = {"config_vars": {}, "default_process_types": {}}
    if not program.is_file():
        return nothing
    status, output = site.run([program, site.root], _environment(site), say=lambda _: None)
    document = _yaml(output) if status == 0 else None
    if not isinstance(document, Mapping):
        return nothing
    return {key: _texts(document.get(key)) for key in nothing}


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text[:_LONGEST_RELEASE])
    except (yaml.YAMLError, RecursionError):
        return None


def _texts(entries: object) -> dict[str, str]:
    if not isinstance(entries, Mapping):
        return {}
    return {str(name): str(value) for name, value in entries.items() if value is not None}
