"""Parts of installed packages that no server ever reads: left out of the slug, and said so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from wherry.buildpack.deleting import Removed, remove_files
from wherry.buildpack.installed import Environment, Installed
from wherry.buildpack.output import Output
from wherry.project.project import Project


@dataclass(frozen=True, slots=True)
class Spare:
    """A part of a package.

    Attributes:
        files: Patterns of its files; a ``*`` goes across folders.
        what: In words.
        kept_by: A module whose import by the app keeps the part; "" where none does.
    """

    package: str
    files: tuple[str, ...]
    what: str
    kept_by: str = ""


SPARES: Final = (
    # Looked at in ai-edge-litert 2.3.0: models load and run on the CPU without these.
    Spare(
        "ai-edge-litert",
        ("ai_edge_litert/libLiteRtWebGpuAccelerator.so",),
        "its accelerator for graphics cards",
        "ai_edge_litert.gpu_options",
    ),
    Spare(
        "ai-edge-litert",
        ("ai_edge_litert/vendors/*", "ai_edge_litert/tools/apply_plugin_main"),
        "its compilers for the processors of phones",
        "ai_edge_litert.aot",
    ),
    Spare("numpy", ("numpy/*/tests/*",), "its own tests"),
    Spare("numpy", ("numpy/*.pyi", "numpy/*.h", "numpy/*.a"), "what only compilers read"),
)


def spare(
    project: Project,
    environment: Environment,
    output: Output,
    spares: Sequence[Spare] = SPARES,
) -> tuple[Removed, ...]:
    """Take the parts out that the app has no use for, and say what was saved."""
    done = []
    for part in spares:
        package = environment.packages.get(part.package)
        if package is None or _is_imported(project, part.kept_by):
            continue
        removed = remove_files(package, environment, tuple(_files(package, part)))
        if removed.size_bytes:
            done.append(removed)
            output.line(
                f"{removed.name} {removed.version}: without {part.what}, "
                f"{removed.size_bytes / 1e6:,.1f} MB less"
            )
    return tuple(done)


def _files(package: Installed, part: Spare) -> Iterator[str]:
    for name in package.files:
        if any(fnmatchcase(name, pattern) for pattern in part.files):
            yield name


def _is_imported(project: Project, module: str) -> bool:
    if not module:
        return False
    return any(
        f"{item.module}.{item.name}.".startswith(f"{module}.")
        or f"{item.module}.".startswith(f"{module}.")
        for item in project.code.imports
    )
