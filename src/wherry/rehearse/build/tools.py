"""The package managers themselves, in the buildpack's versions where the index has them."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from wherry.buildrules import installing
from wherry.dependencies.uv_program import find_uv
from wherry.errors import RuntimeMissing
from wherry.rehearse.build.layers import sweep
from wherry.rehearse.build.running import Environment
from wherry.rehearse.build.site import Site
from wherry.rehearse.build.troubles import unreachable

_ASK_S: Final = 30.0
_VERSION: Final = re.compile(r"uv (\d+(?:\.\d+)+)")


def install_pip(site: Site, python: tuple[int, int]) -> str:
    """Put pip into the slug's Python, and setuptools where the buildpack does; return its version.

    Raises:
        BuildFailed: it cannot be had.
    """
    wanted = {"pip": installing.tool_version("pip")}
    setuptools = installing.setuptools_version(python)
    if setuptools is not None:
        wanted["setuptools"] = setuptools
    where: list[str | Path] = ["--python", site.program, "--compile-bytecode"]
    return _install(site, where, wanted, "pip")


def install_pipenv(site: Site) -> str:
    """Put Pipenv into an environment of its own within the slug, as the buildpack does."""
    folder = site.python / "pipenv" / "venv"
    _venv(site, folder)
    wanted = {"pipenv": installing.tool_version("pipenv")}
    version = _install(site, ["--python", folder / "bin" / "python"], wanted, "pipenv")
    # Of all that is in there, an app finds this program only.
    program = site.python / "pipenv" / "bin" / "pipenv"
    program.parent.mkdir()
    program.symlink_to(Path("..", "venv", "bin", "pipenv"))
    return version


def prepare_poetry(site: Site, python: tuple[int, int]) -> tuple[Path, str]:
    """Return the folder with the program ``poetry``, outside the slug, and its version.

    Its packages are kept from build to build; only the environment that it runs in, which it
    takes the slug's Python from, is new each time.
    """
    version = installing.tool_version("poetry")
    packages = site.cache / "tools" / f"poetry-{version}-{python[0]}.{python[1]}"
    if not packages.is_dir():
        with_pid = _making(packages)
        version = _install(
            site,
            ["--python", site.program, "--target", with_pid],
            {"poetry": version},
            "poetry",
        )
        _publish(with_pid, packages)
    folder = site.work / "poetry"
    _venv(site, folder)
    library = next(folder.glob("lib/python3.*/site-packages"))
    (library / "poetry-packages.pth").write_text(f"{packages}\n", "utf-8")
    program = folder / "only" / "poetry"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexec '{folder}/bin/python' -m poetry \"$@\"\n",
        "utf-8",
    )
    program.chmod(0o755)
    return program.parent, version


def prepare_uv(site: Site) -> tuple[Path, str]:
    """Return the folder with the program ``uv``, outside the slug, and its version."""
    wanted = installing.tool_version("uv")
    own = Path(_uv(site))
    if (version := _uv_version(own)) == wanted:
        return own.parent, version
    packages = site.cache / "tools" / f"uv-{wanted}"
    if not (packages / "bin" / "uv").is_file():
        with_pid = _making(packages)
        target: list[str | Path] = ["--python", site.program, "--target"]
        found = _install(site, [*target, with_pid], {"uv": wanted}, "uv")
        if found != wanted:
            return own.parent, version
        _publish(with_pid, packages)
    return packages / "bin", wanted


def _install(site: Site, where: list[str | Path], wanted: dict[str, str], tool: str) -> str:
    """Install with uv, which is quick and out of sight; return the version of ``tool``."""
    exact = [f"{name}=={version}" for name, version in wanted.items()]
    status, output = _run(site, [*where, *exact])
    if status == 0:
        return wanted[tool]
    if (trouble := unreachable(site.log, output)) is not None:
        raise trouble
    status, output = _run(site, [*where, *wanted])
    if status:
        last = output.strip().splitlines()[-1] if output.strip() else "no reason was given"
        raise site.log.stop(f"{tool} could not be installed: {last[:300]}")
    found = _installed(site, where, tool)
    site.log.remark(
        "tools",
        f"The index has no {exact[0]}, which the platform uses: here it is {tool} {found}.",
    )
    return found


def _run(site: Site, words: list[str | Path]) -> tuple[int, str]:
    environment = site.quiet(
        UV_CACHE_DIR=str(site.cache / "uv"), UV_PYTHON_DOWNLOADS="never", NO_COLOR="1"
    )
    # Outside the app's tree, whose settings for uv are not meant.
    aside = Environment(site.work, environment.variables)
    command: list[str | Path] = [_uv(site), "pip", "install", "--quiet", "--no-config"]
    return site.run([*command, *words], aside, say=_nothing)


def _installed(site: Site, where: list[str | Path], tool: str) -> str:
    folder = where[where.index("--target") + 1] if "--target" in where else None
    options = ["--path", str(folder)] if folder else [str(word) for word in where[:2]]
    command: list[str | Path] = [
        _uv(site),
        "pip",
        "list",
        "--format",
        "freeze",
        "--no-config",
        *options,
    ]
    _, output = site.run(command, Environment(site.work, site.quiet().variables), say=_nothing)
    found = re.search(rf"^{tool}==(\S+)$", output, re.MULTILINE)
    return found[1] if found else ""


def _venv(site: Site, folder: Path) -> None:
    command = [site.program, "-m", "venv", "--without-pip", str(folder)]
    status, output = site.run(command, site.quiet(), say=_nothing)
    if status:
        raise site.log.stop(f"An environment could not be made: {output.strip()[-300:]}")


def _uv(site: Site) -> str:
    try:
        return find_uv()
    except RuntimeMissing:
        raise site.log.stop(
            "uv was not found, which fetches the tools that the platform builds with. Install it: "
            "pip install uv."
        ) from None


def _uv_version(program: Path) -> str:
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=_ASK_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.match(done.stdout)
    return found[1] if found else ""


def _making(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    return folder.with_name(f"{folder.name}-pid{os.getpid()}")


def _publish(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # Another build was faster, and its copy is as good.
        if not folder.is_dir():
            raise


def _nothing(_: str) -> None:
    """Say nothing of a line."""
