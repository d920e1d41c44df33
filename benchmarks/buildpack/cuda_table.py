"""Write which CUDA and cuDNN TensorFlow and ONNX Runtime were built against, as data.

    python -m benchmarks.buildpack.cuda_table

It writes src/wherry/dependencies/cuda.toml from the wheels on the package index: from what they
require in their CUDA extras, and from what their own modules say of the build. Run it when a
TensorFlow or an ONNX Runtime is released.
"""

import ast
import datetime
import json
import re
import subprocess
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from wherry.dependencies.uv_program import find_uv
from wherry.estimate.wheels.ranges import RangeFile

TABLE: Final = Path(__file__).parents[2] / "src" / "wherry" / "dependencies" / "cuda.toml"
_INDEX: Final = "https://pypi.org/simple"
_TENSORFLOWS: Final = (
    *("2.12.1", "2.13.1", "2.14.1", "2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.19.1"),
    *("2.20.0", "2.21.0"),
)
_RUNTIMES: Final = (
    *("1.21.1", "1.22.0", "1.23.2", "1.24.4", "1.25.1", "1.26.0", "1.27.0", "1.28.0"),
    *("1.29.0", "1.30.0", "1.31.1"),
)
# The parts of the toolkits that ONNX Runtime's wheels speak of, by the toolkit's release notes
# (docs.nvidia.com/cuda/cuda-toolkit-release-notes), and a cuDNN 9 of the same time.
_TOOLKITS: Final = {
    "12.2": (
        *("nvidia-cublas-cu12==12.2.5.6", "nvidia-cuda-nvrtc-cu12==12.2.140"),
        *("nvidia-cuda-runtime-cu12==12.2.140", "nvidia-cudnn-cu12==9.3.0.75"),
        *("nvidia-cufft-cu12==11.0.8.103", "nvidia-curand-cu12==10.3.3.141"),
    ),
    "12.8": (
        *("nvidia-cublas-cu12==12.8.4.1", "nvidia-cuda-nvrtc-cu12==12.8.93"),
        *("nvidia-cuda-runtime-cu12==12.8.90", "nvidia-cudnn-cu12==9.8.0.87"),
        *("nvidia-cufft-cu12==11.3.3.83", "nvidia-curand-cu12==10.3.9.90"),
        "nvidia-nvjitlink-cu12==12.8.93",
    ),
    "13.0": (
        *("nvidia-cublas==13.1.0.3", "nvidia-cuda-nvrtc==13.0.88"),
        *("nvidia-cuda-runtime==13.0.96", "nvidia-cudnn-cu13==9.13.0.50"),
        *("nvidia-cufft==12.0.0.61", "nvidia-curand==10.4.0.35", "nvidia-nvjitlink==13.0.88"),
    ),
}
# Before 2.14 TensorFlow had no extra for them: the parts of CUDA 11.8, and the cuDNN that
# www.tensorflow.org/install/source lists as tested.
_BEFORE_EXTRAS: Final = (
    *("nvidia-cublas-cu11==11.11.3.6", "nvidia-cuda-cupti-cu11==11.8.87"),
    *("nvidia-cuda-nvcc-cu11==11.8.89", "nvidia-cuda-runtime-cu11==11.8.89"),
    *("nvidia-cudnn-cu11==8.6.0.163", "nvidia-cufft-cu11==10.9.0.58"),
    *("nvidia-curand-cu11==10.3.0.86", "nvidia-cusolver-cu11==11.4.1.48"),
    *("nvidia-cusparse-cu11==11.7.5.86", "nvidia-nccl-cu11==2.16.5"),
)
# Its extras name nvidia-cuda-runtime-cu13 and the like, which hold nothing: the parts of CUDA 13
# are called without a number. Later ones name those.
_MISNAMED: Final = ("1.27.0",)
# TensorRT is no part of what is served here, and larger than all the rest.
_LEFT_OUT: Final = ("tensorrt",)
_HEAD: Final = """\
# Which CUDA, cuDNN and graphics driver TensorFlow and ONNX Runtime need, written by
# `python -m benchmarks.buildpack.cuda_table` on {today} from the wheels on the package index:
# `cuda` and `capabilities` from tensorflow/python/platform/build_info.py and
# onnxruntime/capi/build_and_package_info.py; `packages` from the wheels' CUDA extras, each at the
# lowest version that they allow, which is the one that was built against; for ONNX Runtime, which
# allows a whole major version, the parts of that CUDA toolkit by its release notes.
# `least_driver`: docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html and
# the CUDA Toolkit's release notes, read 2026-11-25.

[drivers]
11 = "450.80.02"
12 = "525.60.13"
13 = "580"
"""


@dataclass(frozen=True, slots=True)
class _Wheel:
    name: str
    url: str
    sha256: str
    size_bytes: int


def main() -> None:
    """Write the table."""
    today = datetime.datetime.now(datetime.UTC).date()
    parts = [_HEAD.format(today=today)]
    parts += [_tensorflow(version) for version in _TENSORFLOWS]
    parts += [_runtime(version) for version in _RUNTIMES]
    TABLE.write_text("\n".join(parts), "utf-8")


def _wheels(package: str, version: str, python: str) -> Iterator[_Wheel]:
    request = urllib.request.Request(  # noqa: S310
        f"{_INDEX}/{package}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        files = json.load(response)["files"]
    for file in files:
        name = str(file["filename"])
        if name.endswith(".whl") and "manylinux" in name and "x86_64" in name:
            found = parse_wheel_filename(name)
            if found[1] == Version(version) and {tag.abi for tag in found[3]} == {python}:
                yield _Wheel(name, file["url"], file["hashes"]["sha256"], file["size"])


def _members(wheel: _Wheel, endings: tuple[str, ...]) -> dict[str, str]:
    with zipfile.ZipFile(RangeFile(wheel.url, wheel.size_bytes)) as archive:
        return {
            ending: archive.read(name).decode()
            for name in archive.namelist()
            for ending in endings
            if name.endswith(ending)
        }


def _tensorflow(version: str) -> str:
    wheel = next(_wheels("tensorflow", version, "cp311"))
    told = _members(wheel, (".dist-info/METADATA", "python/platform/build_info.py"))
    info = _build_info(told["python/platform/build_info.py"])
    packages = _lowest(told[".dist-info/METADATA"]) or _BEFORE_EXTRAS
    return _entry(
        "tensorflow", version, str(info["cuda_version"]), packages, wheel, _capabilities(info)
    )


def _build_info(text: str) -> dict[str, Any]:
    found = re.search(r"OrderedDict\((\[.*\])\)", text, re.DOTALL)
    assert found is not None
    return dict(ast.literal_eval(found[1]))


def _capabilities(info: dict[str, Any]) -> tuple[str, ...]:
    """Return the oldest and newest cards that kernels were compiled for."""
    named = [word.rpartition("_")[2] for word in info["cuda_compute_capabilities"]]
    return tuple(f"{word[:-1]}.{word[-1]}" for word in named)


def _lowest(metadata: str) -> tuple[str, ...]:
    pins = []
    for line in metadata.splitlines():
        if not line.startswith("Requires-Dist: ") or "and-cuda" not in line:
            continue
        wanted = Requirement(
            line.removeprefix("Requires-Dist: ").replace(" (", "").replace(")", "")
        )
        if wanted.name in _LEFT_OUT:
            continue
        least = min(part.version for part in wanted.specifier if part.operator in ("==", ">="))
        pins.append(f"{wanted.name}=={least}")
    return tuple(sorted(pins))


def _runtime(version: str) -> str:
    wheel = next(_wheels("onnxruntime-gpu", version, "cp312"))
    told = _members(wheel, ("capi/build_and_package_info.py",))
    found = re.search(r"cuda_version = '([\d.]+)'", told["capi/build_and_package_info.py"])
    assert found is not None
    packages = _TOOLKITS[found[1]]
    if version not in _MISNAMED:
        _check_allowed(version, packages)
    return _entry("onnxruntime-gpu", version, found[1], packages, wheel, ())


def _check_allowed(version: str, packages: tuple[str, ...]) -> None:
    """Fail where the wheel's own requirements do not take these together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = folder / "wanted.in"
        wanted.write_text(f"onnxruntime-gpu[cuda,cudnn]=={version}\n", "utf-8")
        limits = folder / "limits.txt"
        limits.write_text("\n".join(packages), "utf-8")
        command = [find_uv(), "pip", "compile", "--quiet", str(wanted), "-c", str(limits)]
        command += ["--python-version", "3.12", "--no-build", "--no-header"]
        command += ["--python-platform", "x86_64-manylinux_2_28", "--no-annotate"]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    got = {line for line in told.splitlines() if line.startswith("nvidia-")}
    if got != set(packages):
        raise RuntimeError(f"onnxruntime-gpu {version} wants {sorted(got)}")


def _entry(
    package: str,
    version: str,
    cuda: str,
    packages: tuple[str, ...],
    wheel: _Wheel,
    capabilities: tuple[str, ...],
) -> str:
    cudnn = next(pin.partition("==")[2] for pin in packages if "cudnn" in pin)
    lines = [
        "[[builds]]",
        f'package = "{package}"',
        f'version = "{version}"',
        f'cuda = "{cuda}"',
        f'cudnn = "{cudnn}"',
        f'wheel = "{wheel.name}"',
        f'sha256 = "{wheel.sha256}"',
        f"capabilities = {json.dumps(list(capabilities))}",
        "packages = [",
        *(f'    "{pin}",' for pin in packages),
        "]",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
