"""CUDA in the image, where the project asks for it and the host has cards.

Not the toolkit of a Linux distribution: the libraries of the very CUDA and cuDNN that the
installed TensorFlow or ONNX Runtime was built against, from NVIDIA's own wheels, pinned. They lie
in one folder that the profile script puts on the loader's path.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.buildpack import digests, tools
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import Environment
from wherry.buildpack.needs import Servable
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.wanted import Wanted
from wherry.dependencies import cuda
from wherry.dependencies.cuda import ONNX_RUNTIME, TENSORFLOW, Build
from wherry.platforms.hosts import Target

FOLDER: Final = ".wherry/cuda"
LIBRARIES: Final = f"{FOLDER}/lib"
# TensorFlow's compiler calls ptxas, and reads libdevice, where a model is compiled for the card.
_ALSO: Final = ("bin/ptxas", "nvvm/libdevice/libdevice.10.bc")


@dataclass(frozen=True, slots=True)
class Acceleration:
    """What the app will run on.

    Attributes:
        accelerator: ``cpu`` or ``cuda``.
        loader_folders: Folders of libraries, relative to the app.
        cuda: The CUDA version that the runtimes were built against; "" for the CPU.
    """

    accelerator: str = "cpu"
    loader_folders: Sequence[str] = ()
    cuda: str = ""


def plan(wanted: Wanted, target: Target, output: Output) -> Acceleration:
    """Return what is to be done: nothing of it where the host has no GPU, and that is said."""
    if wanted.accelerator == "cpu":
        return Acceleration()
    fact = target.find("gpu")
    # Of some hosts nobody is sure; there the owner's word counts.
    if fact is not None and fact.value is False and fact.confirmed:
        output.caution(
            f'pyproject.toml asks for accelerator = "{wanted.accelerator}", and '
            f"{target.platform.title} has no GPUs: this build is for the CPU."
        )
        return Acceleration()
    return Acceleration(wanted.accelerator)


def install(
    acceleration: Acceleration,
    environment: Environment,
    libraries: str,
    servables: Iterable[Servable],
    places: Places,
    output: Output,
) -> Acceleration:
    """Install the CUDA libraries that the app's runtimes were built against.

    ``libraries`` is the version of TensorFlow whose libraries lie in the slug; "" for none.

    Raises:
        BuildFailed: nothing is known of a version, two cannot run in one process, or a package
            cannot be had.
    """
    if acceleration.accelerator == "cpu":
        return acceleration
    wanted = tuple(_builds(environment, libraries))
    for sentence in _without_cards(environment, servables):
        output.caution(sentence)
    if not wanted:
        output.caution(
            'Nothing installed here has code for cards, so that accelerator = "cuda" does nothing: '
            "require tensorflow (not tensorflow-cpu) or onnxruntime-gpu."
        )
        return Acceleration()
    check_together(wanted)
    packages = cuda.together(wanted)
    had, size_bytes = _place(packages, places)
    newest = max(wanted, key=lambda build: build.cuda_major)
    shown = ", ".join(f"{build.package} {build.version}" for build in wanted)
    output.line(
        f"CUDA {newest.cuda} and cuDNN {newest.cudnn} for {shown}: {size_bytes / 1e6:,.0f} MB in "
        f"{LIBRARIES}{' (cached)' if had else ''}"
    )
    output.line(f"  the host's driver has to be {newest.least_driver} or newer")
    return Acceleration(acceleration.accelerator, (LIBRARIES,), newest.cuda)


def _builds(environment: Environment, libraries: str) -> Iterator[Build]:
    versions = {
        name: environment.packages[name].version
        for name in (TENSORFLOW, ONNX_RUNTIME)
        if name in environment.packages
    }
    if libraries:
        versions[TENSORFLOW] = libraries
    for package, version in sorted(versions.items()):
        build = cuda.build_of(package, version)
        if build is None:
            known = ", ".join(item.version for item in cuda.builds() if item.package == package)
            raise BuildFailed(
                f"Which CUDA {package} {version} was built against is not known here. Require one "
                f"of the same series as: {known}."
            )
        yield build


def check_together(wanted: Sequence[Build]) -> None:
    """Refuse runtimes that want different CUDAs: libraries of one name cannot both be found.

    Raises:
        BuildFailed: they do; the sentence says which versions go together.
    """
    first, *others = wanted
    for other in others:
        if (first.cuda_major, first.cudnn_major) != (other.cuda_major, other.cudnn_major):
            fitting = [
                version
                for version in cuda.fitting(first.package, other.cuda_major)
                if (build := cuda.build_of(first.package, version)) is not None
                and build.cudnn_major == other.cudnn_major
            ]
            instead = f" Those of {first.package}: {', '.join(fitting)}." if fitting else ""
            raise BuildFailed(
                f"{first.package} {first.version} was built against CUDA {first.cuda} with cuDNN "
                f"{first.cudnn_major}, and {other.package} {other.version} against CUDA "
                f"{other.cuda} with cuDNN {other.cudnn_major}. Require versions that were built "
                f"against the same.{instead}"
            )


def _without_cards(environment: Environment, servables: Iterable[Servable]) -> Iterator[str]:
    """Yield what runs on the CPU all the same."""
    runtimes = {item.runtime for item in servables}
    if "onnx" in runtimes and ONNX_RUNTIME not in environment.packages:
        yield (
            "The .onnx models here run on the CPU: onnxruntime is the build for processors. "
            "Require onnxruntime-gpu in its stead."
        )
    if "litert" in runtimes:
        yield "The .tflite models here run on the CPU, which is what LiteRT is for."


def _place(packages: Sequence[str], places: Places) -> tuple[bool, int]:
    """Put the libraries into the slug; also whether the cache had them, and their size."""
    folder = places.cache / "cuda"
    kept = folder / digests.of_words(packages)[:16]
    had = kept.is_dir()
    if not had:
        shutil.rmtree(folder, ignore_errors=True)  # those of another version
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix=".made-", dir=folder) as staging:
            taken, made = Path(staging, "taken"), Path(staging, "made")
            tools.install(packages, taken, dependencies=False)
            gather(taken, made)
            made.rename(kept)
    target = places.build / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(kept, target, symlinks=True, copy_function=_link)
    return had, sum(file.stat().st_size for file in target.rglob("*") if file.is_file())


def gather(taken: Path, made: Path) -> None:
    """Move the shared libraries of unpacked packages into one folder, and leave the rest."""
    libraries = made / "lib"
    libraries.mkdir(parents=True)
    for file in sorted(taken.rglob("*.so*")):
        shutil.move(file, libraries / file.name)
    for path in _ALSO:
        for file in sorted(taken.rglob(path)):
            target = made / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)


def _link(source: str, target: str) -> str:
    """Link a file that nobody changes; copy it to another file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
