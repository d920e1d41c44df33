"""CUDA in the image: the libraries of the right versions, on the loader's path, or a sentence."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.buildpack.packages import install as write_package
from wherry.buildpack import accelerating
from wherry.buildpack.accelerating import Acceleration, check_together, gather, install, plan
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import read_environment
from wherry.buildpack.libraries import holder, wheel_for
from wherry.buildpack.needs import Servable
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.profile import Defaults, profile
from wherry.buildpack.wanted import Wanted
from wherry.dependencies import cuda
from wherry.platforms import hosts

CUDA = Wanted(accelerator="cuda")
ASKED = Acceleration("cuda")
# NVIDIA's smallest package of the CUDA that TensorFlow 2.21 was built against: one library.
RUNTIME = "nvidia-cuda-runtime-cu12==12.5.82"
_LOADED = """
import ctypes, sys
library = ctypes.CDLL("libcudart.so.12")
version = ctypes.c_int()
library.cudaRuntimeGetVersion(ctypes.byref(version))
print(version.value)
"""


def build(name: str, version: str) -> cuda.Build:
    found = cuda.build_of(name, version)
    assert found is not None
    return found


def packages(root: Path, *installed: tuple[str, str]) -> Places:
    places = Places(root / "build", root / "cache", root / "packages", Path(sys.executable))
    places.build.mkdir()
    places.site_packages.mkdir()
    for name, version in installed:
        write_package(places.site_packages, name, version)
    return places


def accelerated(
    places: Places, libraries: str = "", servables: tuple[Servable, ...] = ()
) -> tuple[Acceleration, str]:
    printed = io.StringIO()
    environment = read_environment(places.site_packages)
    done = install(ASKED, environment, libraries, servables, places, Output(printed))
    return done, printed.getvalue()


@pytest.mark.parametrize(
    ("platform", "accelerator"),
    [
        ("heroku:eco", "cpu"),
        ("railway", "cpu"),
        ("dokku", "cuda"),
        ("cloud-run", "cuda"),
        # Nobody knows for sure that it has none.
        ("fly", "cuda"),
    ],
)
def test_the_host_decides_whether_there_is_a_card(platform: str, accelerator: str) -> None:
    printed = io.StringIO()
    assert plan(CUDA, hosts.get(platform), Output(printed)).accelerator == accelerator
    assert ("has no GPUs" in printed.getvalue()) is (accelerator == "cpu")


def test_for_the_cpu_nothing_is_done_or_said(tmp_path: Path) -> None:
    printed = io.StringIO()
    output = Output(printed)
    assert plan(Wanted(), hosts.get("dokku"), output) == Acceleration()
    places = packages(tmp_path, ("tensorflow", "2.21.0"))
    environment = read_environment(places.site_packages)
    done = install(Acceleration(), environment, "2.21.0", (), places, output)
    assert done == Acceleration()
    assert printed.getvalue() == ""
    assert not list(places.build.iterdir())


def test_the_libraries_are_installed_kept_and_found_by_the_loader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way with a real package; its neighbours are as it, and a hundred times larger."""
    monkeypatch.setattr(cuda, "together", lambda _: (RUNTIME,))
    places = packages(tmp_path, ("tensorflow", "2.21.0"))
    done, said = accelerated(places)
    assert done == Acceleration("cuda", (accelerating.LIBRARIES,), "12.5.1")
    assert "CUDA 12.5.1 and cuDNN 9.3.0.75 for tensorflow 2.21.0" in said
    assert "driver has to be 525.60.13 or newer" in said
    assert sorted(path.name for path in places.build.rglob("*") if path.is_file()) == [
        "libcudart.so.12"
    ]
    again, said = accelerated(places)
    assert again == done
    assert "(cached)" in said
    script = places.build / "wherry.sh"
    defaults = Defaults(
        accelerator=done.accelerator, loader_folders=done.loader_folders, cuda=done.cuda
    )
    script.write_text(profile(defaults))
    command = ["sh", "-euc", '. "$HOME/wherry.sh"; exec "$@"', "sh", sys.executable, "-c", _LOADED]
    environment = {"HOME": str(places.build), "PATH": os.environ["PATH"]}
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "12050"


def test_only_shared_libraries_and_the_compiler_are_taken(tmp_path: Path) -> None:
    taken = tmp_path / "taken" / "nvidia"
    for path in (
        *("cudnn/lib/libcudnn.so.9", "cudnn/lib/libcudnn_ops.so.9", "cudnn/include/cudnn.h"),
        *("cuda_nvcc/bin/ptxas", "cuda_nvcc/nvvm/libdevice/libdevice.10.bc"),
        *("cuda_nvcc/bin/nvcc", "cublas/lib/libcublas_static.a", "cublas/__init__.py"),
    ):
        file = taken / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    gather(tmp_path / "taken", tmp_path / "made")
    made = tmp_path / "made"
    assert sorted(
        path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()
    ) == [
        "bin/ptxas",
        "lib/libcudnn.so.9",
        "lib/libcudnn_ops.so.9",
        "nvvm/libdevice/libdevice.10.bc",
    ]


def test_builds_for_processors_have_no_use_for_it(tmp_path: Path) -> None:
    places = packages(tmp_path, ("tensorflow-cpu", "2.21.0"), ("onnxruntime", "1.26.0"))
    models = (
        Servable("models/a", "onnx", bundled=True),
        Servable("models/b", "litert", bundled=True),
    )
    done, said = accelerated(places, servables=models)
    assert done == Acceleration()
    assert "Require onnxruntime-gpu in its stead" in said
    assert "which is what LiteRT is for" in said
    assert "require tensorflow (not tensorflow-cpu) or onnxruntime-gpu" in said


def test_a_version_that_is_not_known_is_a_sentence(tmp_path: Path) -> None:
    places = packages(tmp_path, ("onnxruntime-gpu", "1.2.0"))
    with pytest.raises(BuildFailed, match=r"1\.2\.0 was built against is not known here"):
        accelerated(places)


def test_two_cudas_in_one_process_are_refused() -> None:
    with pytest.raises(BuildFailed, match=r"onnxruntime-gpu: 1\.21\.1, 1\.22\.0"):
        check_together([build("onnxruntime-gpu", "1.31.1"), build("tensorflow", "2.21.0")])
    with pytest.raises(BuildFailed, match=r"with cuDNN 9, and tensorflow 2\.16\.2 .* with cuDNN 8"):
        check_together([build("onnxruntime-gpu", "1.26.0"), build("tensorflow", "2.16.2")])
    check_together([build("onnxruntime-gpu", "1.26.0"), build("tensorflow", "2.21.0")])
    check_together([build("tensorflow", "2.21.0")])


def test_several_builds_of_one_cuda_share_the_latest_of_each_package() -> None:
    both = cuda.together([build("onnxruntime-gpu", "1.26.0"), build("tensorflow", "2.21.0")])
    assert "nvidia-cublas-cu12==12.8.4.1" in both
    assert "nvidia-nccl-cu12==2.27.7" in both
    assert len({pin.partition("==")[0] for pin in both}) == len(both)


@pytest.mark.parametrize("item", cuda.builds(), ids=lambda item: f"{item.package}-{item.version}")
def test_the_table_is_whole(item: cuda.Build) -> None:
    assert item.least_driver
    assert len(item.wheel.sha256) == 64
    assert item.wheel.package == item.package
    assert all(pin.startswith("nvidia-") and "==" in pin for pin in item.packages)
    suffix = f"-cu{item.cuda_major}"
    named = [pin.partition("==")[0] for pin in item.packages]
    assert all(name.endswith(suffix) for name in named) or item.cuda_major >= 13
    assert f"nvidia-cudnn{suffix}=={item.cudnn}" in item.packages
    assert cuda.build_of(item.package, item.version) == item


def test_patch_releases_are_of_their_series_and_nonsense_is_of_none() -> None:
    assert build("tensorflow", "2.15.0").version == "2.15.1"
    assert cuda.build_of("tensorflow", "3.0") is None
    assert cuda.build_of("tensorflow", "newest") is None
    assert cuda.build_of("numpy", "2.21.0") is None


def test_libraries_for_a_card_come_from_the_build_with_code_for_it(tmp_path: Path) -> None:
    write_package(
        tmp_path,
        "tensorflow-cpu",
        "2.20.0",
        modules=["tensorflow"],
        files={
            "tensorflow/libtensorflow_cc.so.2": "",
            "tensorflow/libtensorflow_framework.so.2": "",
        },
    )
    environment = read_environment(tmp_path)
    for_cpu = holder(environment, "cpu")
    assert for_cpu is not None
    assert for_cpu.key == "tensorflow-cpu"
    assert holder(environment, "cuda") is None
    wheel = wheel_for(environment, "cuda")
    assert (wheel.package, wheel.version) == ("tensorflow", "2.20.0")
    assert wheel_for(environment, "cpu").package == "tensorflow-cpu"
