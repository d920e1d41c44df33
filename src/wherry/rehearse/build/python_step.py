"""Python, the package manager and the packages: from a layer of an earlier build, or anew."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wherry.buildrules import installing
from wherry.buildrules.managers import Manager
from wherry.buildrules.python_choice import PythonChoice
from wherry.dependencies.interpreters import (
    Interpreter,
    find_interpreter,
    nearest_interpreter,
)
from wherry.rehearse.build import tools
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.inputs import read_inputs
from wherry.rehearse.build.layers import Layer, Layers, key_of, unpack
from wherry.rehearse.build.network import left_out
from wherry.rehearse.build.other_python import refuse_what_does_not_fit
from wherry.rehearse.build.owners import PythonOwners
from wherry.rehearse.build.packing import pack, scan
from wherry.rehearse.build.paths_written import rename_all
from wherry.rehearse.build.python_tree import NotMovable, make_python
from wherry.rehearse.build.running import Environment
from wherry.rehearse.build.site import Site
from wherry.rehearse.build.slug import APP, BuiltPython, Part, PartKind
from wherry.rehearse.build.troubles import unreachable

_FOLDER: Final = ".heroku/python"


@dataclass(frozen=True, slots=True)
class Installed:
    """A Python with packages in the app's tree.

    Attributes:
        layer: The finished piece of the slug that it is.
        parts: What is in it.
        state: Every path below it, with what changes when the file does.
    """

    python: BuiltPython
    manager: str
    layer: Layer
    parts: tuple[Part, ...]
    state: dict[str, tuple[int, int, int]]

    def has(self, package: str) -> bool:
        """Whether a package was installed."""
        return any(
            part.kind is PartKind.PACKAGE and part.name.replace("_", "-") == package
            for part in self.parts
        )


def install(
    site: Site, manager: Manager, choice: PythonChoice, *, fresh: bool, command: str = ""
) -> Installed:
    """Put Python and the packages into the app's tree.

    Args:
        site: Where.
        manager: The package manager.
        choice: What the platform would install.
        fresh: Whether no layer is used.
        command: A host's own build command, which installs in the place of the manager's and is
            run in every build.

    Raises:
        BuildFailed: the platform could not, or this machine cannot.
    """
    interpreter = _interpreter(site, choice)
    built = BuiltPython(choice.full, choice.origin, interpreter.text, interpreter.source)
    inputs = read_inputs(site.root, manager.name)
    key = key_of(
        *("python", manager.name, installing.tool_version(manager.name), interpreter.text),
        *(str(interpreter.executable), inputs.digests, choice.version),
        *(site.variables.get("PIP_EXTRA_INDEX_URL", ""), _inherited(site), command),
    )
    layers = Layers(site.cache / "layers")
    layer = None if fresh else layers.find(key, inputs.oldest_s)
    if layer is not None and _restore(site, layer):
        state = state_of(site.root)
        _say_restored(site, manager, choice, layer, command)
        if command:
            run_build_command(site, _prepare(site, manager, choice, interpreter)[0], command)
    else:
        # What stands there of a layer that could not be unpacked is no good either.
        shutil.rmtree(site.python, ignore_errors=True)
        layer = layers.save(key, _made(site, manager, choice, interpreter, command))
        state = state_of(site.root)
    parts = tuple(_part(entry) for entry in layer.notes["parts"])
    return Installed(built, manager.name, layer, parts, state)


def _inherited(site: Site) -> dict[str, str]:
    """Return what other buildpacks exported, without the folder that is new in every build."""
    return {name: value.replace(str(site.root), "") for name, value in site.inherited.items()}


def state_of(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return every path of the Python, with what changes when the file does."""
    found = {}
    for path in scan(root, _FOLDER):
        status = (root / path).lstat()
        is_folder = (root / path).is_dir() and not (root / path).is_symlink()
        found[path] = (
            (0, 0, 0) if is_folder else (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        )
    return found


def _interpreter(site: Site, choice: PythonChoice) -> Interpreter:
    wanted = f"{choice.version[0]}.{choice.version[1]}"
    found = find_interpreter(choice.version)
    if found is not None:
        if found.text != choice.full:
            site.log.remark(
                "python",
                f"The platform installs Python {choice.full}; this run has {found.text}, which is "
                f"what is here of Python {wanted}.",
            )
        return found
    found = nearest_interpreter(choice.version)
    if found is None:
        raise site.log.stop(
            f"There is no Python on this machine that a slug could be made with. Get one: uv "
            f"python install {wanted}."
        )
    site.log.remark(
        "python",
        f"The platform runs Python {choice.full}, and there is no Python {wanted} here: whether "
        f"the packages install is judged for {wanted}, and this run has Python {found.text}. To "
        f"rehearse with the right one: uv python install {wanted}.",
    )
    return found


def _restore(site: Site, layer: Layer) -> bool:
    if not unpack(layer.archive, site.root):
        return False
    rename_all(site.root, APP, str(site.root))
    return True


def _say_restored(
    site: Site, manager: Manager, choice: PythonChoice, layer: Layer, command: str
) -> None:
    log = site.log
    version = layer.notes["tool"]
    log.step("Restoring cache")
    log.step(f"Using cached install of Python {choice.full}")
    if manager.name in ("poetry", "uv"):
        log.step(f"Using cached {manager.title} {version}")
    else:
        log.step(f"Installing {_tool(manager, version, choice)}")
    if not command:
        log.step(installing.install_of(manager.name).line)


def _tool(manager: Manager, version: str, choice: PythonChoice) -> str:
    setuptools = installing.setuptools_version(choice.version)
    if manager.name == "pip" and setuptools is not None:
        return f"pip {version} and setuptools {setuptools}"
    return f"{manager.title} {version}"


def _made(
    site: Site, manager: Manager, choice: PythonChoice, interpreter: Interpreter, command: str
) -> Callable[[Path], dict[str, Any]]:
    def write(archive: Path) -> dict[str, Any]:
        version = _install(site, manager, choice, interpreter, command)
        owners = PythonOwners(site.root, interpreter.text)
        paths = sorted(scan(site.root, _FOLDER), key=lambda path: (owners.of(path), path))
        with archive.open("wb") as output:
            parts = pack(site.root, [_FOLDER, *paths], output, owners.of)
        return {"tool": version, "parts": [part.to_dict() for part in parts]}

    return write


def _part(entry: dict[str, Any]) -> Part:
    return Part(**{**entry, "kind": PartKind(entry["kind"])})


def _install(
    site: Site, manager: Manager, choice: PythonChoice, interpreter: Interpreter, own: str
) -> str:
    """Make the Python, install with the host's own command, and return the tool's version."""
    log = site.log
    log.step(f"Installing Python {choice.full}")
    try:
        make_python(interpreter, site.python)
    except NotMovable as problem:
        raise log.stop(
            f"Python {interpreter.text} ({interpreter.executable}) does not run where it is copied "
            f"to: {problem}. Get another: uv python install {choice.asked}."
        ) from None
    environment, version = _prepare(site, manager, choice, interpreter)
    if interpreter.minor != choice.version:
        refuse_what_does_not_fit(site, manager, choice)
    if own:
        run_build_command(site, environment, own)
        return version
    command = installing.install_of(manager.name)
    log.step(command.line)
    words = [_here(site, word) for word in command.hidden]
    status, output = site.run(
        [*_program(command.shown, environment), *words], environment, dropped=command.dropped
    )
    if status == 0:
        return version
    if (trouble := unreachable(site.log, output)) is not None:
        raise trouble
    known = installing.recognised(output)
    raise log.refuse(known or installing.failed(manager.title, manager.name))


def _here(site: Site, word: str) -> str:
    """Return a word of the buildpack's command as it is used on this machine."""
    if word == "--no-cache-dir":
        # The platform has no use for what was downloaded, and whoever rehearses twice does.
        return f"--cache-dir={site.cache / 'pip'}"
    return word.replace("{python}", str(site.python))


def run_build_command(site: Site, environment: Environment, command: str) -> None:
    """Run the command that a host is told to build with; it sees the config vars.

    Raises:
        BuildFailed: it ended with an error.
    """
    site.log.line(f"==> Running build command '{command}'...")
    shown = site.open().variables
    whole = Environment(site.root, {**shown, **environment.variables})
    status, output = site.run(["bash", "-c", command], whole, say=site.log.line)
    if status == 0:
        return
    if (trouble := unreachable(site.log, output)) is not None:
        raise trouble
    site.log.line("==> Build failed")
    raise BuildFailed(
        f"The build command ended with status {status}: {command}",
        lines=tuple(site.log.lines),
        kind="build-command",
    )


def _prepare(
    site: Site, manager: Manager, choice: PythonChoice, interpreter: Interpreter
) -> tuple[Environment, str]:
    """Get the package manager, and return what its command runs with."""
    extra = site.variables.get("PIP_EXTRA_INDEX_URL")
    more = {"PIP_EXTRA_INDEX_URL": extra} if extra else {}
    more |= {"PIP_CACHE_DIR": str(site.cache / "pip"), "PIP_ROOT_USER_ACTION": "ignore"}
    match manager.name:
        case "pip":
            if unlike := left_out():
                site.log.remark(
                    "index",
                    f"This machine's settings of pip for {', '.join(unlike)} are not used, since "
                    "the platform does not have them.",
                )
            version = tools.install_pip(site, interpreter.minor)
            site.log.step(f"Installing {_tool(manager, version, choice)}")
            return site.quiet(**more), version
        case "pipenv":
            version = tools.install_pipenv(site)
            site.log.step(f"Installing {_tool(manager, version, choice)}")
            # With --system alone, Pipenv installs into the environment that it runs in itself.
            more |= {"PIPENV_SYSTEM": "1", "VIRTUAL_ENV": str(site.python)}
            more |= {"PIPENV_CACHE_DIR": str(site.cache / "pipenv"), "PIPENV_VERBOSITY": "-1"}
            more |= {"PIPENV_NOSPIN": "1", "NO_COLOR": "1"}
            return _first(site.quiet(**more), site.python / "pipenv" / "bin"), version
        case "poetry":
            folder, version = tools.prepare_poetry(site, interpreter.minor)
            site.log.step(f"Installing {_tool(manager, version, choice)}")
            more |= {"POETRY_VIRTUALENVS_CREATE": "false"}
            more |= {"POETRY_CACHE_DIR": str(site.cache / "poetry")}
            return _first(site.quiet(**more), folder), version
        case _:
            folder, version = tools.prepare_uv(site)
            site.log.step(f"Installing {_tool(manager, version, choice)}")
            more |= {"UV_PROJECT_ENVIRONMENT": str(site.python), "UV_PYTHON_DOWNLOADS": "never"}
            more |= {"UV_NO_MANAGED_PYTHON": "1", "UV_CACHE_DIR": str(site.cache / "uv")}
            more |= {"UV_LINK_MODE": "copy", "UV_PYTHON": str(site.python / "bin" / "python")}
            return _first(_without(site.quiet(**more), "UV_NATIVE_TLS"), folder), version


def _without(environment: Environment, name: str) -> Environment:
    """Return it without a variable that this uv only complains of."""
    kept = {key: value for key, value in environment.variables.items() if key != name}
    return Environment(environment.folder, kept)


def _first(environment: Environment, folder: Path) -> Environment:
    return environment.having(PATH=f"{folder}:{environment.variables['PATH']}")


def _program(words: tuple[str, ...], environment: Environment) -> list[str]:
    """Return a command with its program's path, which is looked for on the build's own PATH."""
    found = shutil.which(words[0], path=environment.variables["PATH"])
    return [found or words[0], *words[1:]]
