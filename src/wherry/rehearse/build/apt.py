"""Debian packages from an Aptfile, as heroku-buildpack-apt has them: unpacked, never installed.

Source: bin/compile of heroku/heroku-buildpack-apt.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wherry.buildrules.refusal import Refusal
from wherry.rehearse.build.running import Environment
from wherry.rehearse.build.site import Site

APTFILE: Final = "Aptfile"
_FOLDER: Final = ".apt"
_PACKAGE: Final = re.compile(r"[a-z0-9][a-z0-9+.-]{0,100}(?::[a-z0-9]+)?(?:=[\w.:+~-]{1,100})?")
_MOST: Final = 200
_LIBRARIES: Final = ("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib", "lib")
_PROFILE: Final = """\
export PATH="$HOME/.apt/usr/bin:$PATH"
export LD_LIBRARY_PATH="{libraries}:$LD_LIBRARY_PATH"
export LIBRARY_PATH="{libraries}:$LIBRARY_PATH"
export INCLUDE_PATH="$HOME/.apt/usr/include:$INCLUDE_PATH"
export CPATH="$INCLUDE_PATH"
export PKG_CONFIG_PATH="$HOME/.apt/usr/lib/pkgconfig:$PKG_CONFIG_PATH"
"""


def install_packages(site: Site) -> None:
    """Unpack what the Aptfile names into ``.apt``.

    Raises:
        BuildFailed: there is no Aptfile, or a package of it cannot be had.
    """
    log = site.log
    aptfile = site.root / APTFILE
    if not aptfile.is_file():
        message = ("Could not find an 'Aptfile'! Please ensure it exists and is checked into Git.",)
        raise log.refuse(Refusal(message, "aptfile-needs-buildpack", "apt::no-aptfile"))
    log.step("Apt app detected")
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        log.remark(
            "buildpacks",
            "The Aptfile's packages are left out: apt-get and dpkg are not on this machine.",
        )
        return
    packages, others = _wanted(aptfile.read_text("utf-8", "replace"))
    for line in others:
        log.remark("buildpacks", f"{line} in the Aptfile is left out: only names are taken here.")
    log.remark(
        "buildpacks",
        "The Aptfile's packages come from this machine's distribution, the platform's from its "
        f"stack ({site.stack or 'Ubuntu'}).",
    )
    folder = site.cache / "apt"
    environment = Environment(
        site.work, {**site.quiet().variables, "DEBIAN_FRONTEND": "noninteractive"}
    )
    for archive in _downloaded(site, folder, packages, environment):
        log.step(f"Installing {archive.name}")
        site.run(["dpkg", "-x", archive, site.root / _FOLDER], environment)
    _export(site)


def _wanted(text: str) -> tuple[list[str], list[str]]:
    packages: list[str] = []
    others: list[str] = []
    for raw in text.splitlines()[:_MOST]:
        line = raw.partition("#")[0].strip()
        if line:
            (packages if _PACKAGE.fullmatch(line) else others).append(line)
    return packages, others


def _downloaded(
    site: Site, folder: Path, packages: Sequence[str], environment: Environment
) -> list[Path]:
    """Return the archives of the packages and of what they need that this machine has not."""
    archives = site.work / "apt" / "archives"
    (archives / "partial").mkdir(parents=True)
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    options = [
        *("-o", "debug::nolocking=true", "-o", f"dir::cache={site.work / 'apt'}"),
        *("-o", f"dir::cache::archives={archives}", "-o", f"dir::state::lists={folder / 'lists'}"),
        *("-o", "APT::Sandbox::User=root"),
    ]
    site.log.step("Updating apt caches")
    site.run(["apt-get", *options, "update"], environment, say=lambda _: None)
    for package in packages:
        site.log.step(f"Fetching .debs for {package}")
        command = ["apt-get", *options, "-y", "-d", "install", "--reinstall", package]
        status, _ = site.run(command, environment)
        if status:
            raise site.log.refuse(
                Refusal((f"E: Unable to locate package {package}",), "", "apt::package", (APTFILE,))
            )
    return sorted(archives.glob("*.deb"))


def _export(site: Site) -> None:
    """Let the dyno find what was unpacked, and the buildpacks that follow."""
    folder = site.root / ".profile.d"
    folder.mkdir(exist_ok=True)
    libraries = ":".join(f"$HOME/{_FOLDER}/{name}" for name in _LIBRARIES)
    (folder / "000_apt.sh").write_text(_PROFILE.format(libraries=libraries), "utf-8")
    home = site.root / _FOLDER
    here = ":".join(str(home / name) for name in _LIBRARIES)
    path = site.inherited.get("PATH", site.quiet().variables["PATH"])
    site.inherited |= {
        "PATH": f"{home / 'usr' / 'bin'}:{path}",
        "LD_LIBRARY_PATH": here,
        "LIBRARY_PATH": here,
        "CPATH": str(home / "usr" / "include"),
        "PKG_CONFIG_PATH": str(home / "usr" / "lib" / "pkgconfig"),
    }
