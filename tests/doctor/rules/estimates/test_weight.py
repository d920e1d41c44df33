"""TensorFlow and PyTorch with more than the host can use, and the slug that comes of it."""

from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import PLAIN, look

FULL = "full-tensorflow-not-cpu"
GPU = "gpu-tensorflow-on-cpu-dyno"
CUDA = "torch-cuda-wheels"
SLUG = "slug-too-large"
Files = dict[str, str | bytes | None]


def weight(root: Path, requirements: str, platform: str = "heroku:eco", **more: str) -> set[str]:
    files: Files = {"requirements.txt": PLAIN + requirements, **more}
    return set(look(root, files, platform))


@pytest.mark.parametrize(
    "line",
    [
        "tensorflow==2.20.0",
        "tensorflow",
        "tensorflow>=2.16",
        "tensorflow==2.4.1",
        "TensorFlow~=2.15.0",
    ],
)
def test_the_full_tensorflow_is_seen(tmp_path: Path, line: str) -> None:
    assert FULL in weight(tmp_path, f"{line}\n")


def test_it_is_mended_in_its_line_alone(tmp_path: Path) -> None:
    files: Files = {"requirements.txt": f"{PLAIN}tensorflow==2.20.0  # the model\npillow\n"}
    fix = look(tmp_path, files)[FULL].fix
    assert fix is not None
    assert fix.safe
    assert fix.changes[0].after == f"{PLAIN}tensorflow-cpu==2.20.0  # the model\npillow\n"


@pytest.mark.parametrize(
    "requirements",
    [
        "tensorflow-cpu==2.20.0\n",
        "tensorflow==2.0.0\n",
        "tensorflow==1.14.0\n",
        "tensorflow==2.20.0\ndeepface==0.0.95\n",
        "tensorflow==2.20.0\ntf-keras\n",
        "tensorflow==2.20.0; sys_platform == 'darwin'\n",
        "tensorflow==2.20.0\ntensorflow-cpu==2.20.0\n",
        "https://example.com/tensorflow-2.20.0-cp313-cp313-linux_x86_64.whl\n",
        "tensorflow-hub==0.16.1\n",
        "pandas\n",
    ],
)
def test_where_tensorflow_cpu_would_not_do_nothing_is_said(
    tmp_path: Path, requirements: str
) -> None:
    assert not {FULL, GPU} & weight(tmp_path, requirements)


@pytest.mark.parametrize("platform", ["cloud-run", "dokku"])
def test_a_host_that_may_have_a_gpu_is_left_alone(tmp_path: Path, platform: str) -> None:
    assert not {FULL, GPU, CUDA} & weight(tmp_path, "tensorflow==2.20.0\ntorch\n", platform)


@pytest.mark.parametrize(
    "line", ["tensorflow-gpu==2.4.1", "tensorflow[and-cuda]==2.20.0", "tensorflow-gpu<2.11"]
)
def test_a_gpu_build_is_seen(tmp_path: Path, line: str) -> None:
    assert {GPU} == {FULL, GPU} & weight(tmp_path, f"{line}\n")


@pytest.mark.parametrize("line", ["tensorflow-gpu", "tensorflow-gpu==2.12.0", "nvidia-ml-py"])
def test_a_placeholder_is_another_cause(tmp_path: Path, line: str) -> None:
    assert GPU not in weight(tmp_path, f"{line}\n")


@pytest.mark.parametrize(
    "requirements", ["torch==2.9.0\n", "torch\n", "torchvision\n", "sentence-transformers==5.1.0\n"]
)
def test_cuda_that_comes_along_is_seen(tmp_path: Path, requirements: str) -> None:
    found = look(tmp_path, {"requirements.txt": PLAIN + requirements})
    assert found[CUDA].severity.value == "error"
    assert found[SLUG].severity.value == "error"


def test_without_a_limit_it_is_a_warning(tmp_path: Path) -> None:
    found = look(tmp_path, {"requirements.txt": f"{PLAIN}torch==2.9.0\n"}, "render:free")
    assert found[CUDA].severity.value == "warning"


@pytest.mark.parametrize(
    "requirements",
    [
        "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.9.0+cpu\n",
        "--index-url https://download.pytorch.org/whl/cpu\ntorch==2.9.0\n",
        "-f https://download.pytorch.org/whl/torch_stable.html\ntorch==1.9.0+cpu\n",
        "torch==2.9.0+cpu\n",
        "torch @ https://download.pytorch.org/whl/cpu/torch-2.9.0-cp313.whl\n",
        "torch==2.9.0; sys_platform == 'win32'\n",
        "transformers==4.57.1\n",
    ],
)
def test_a_build_for_processors_is_fine(tmp_path: Path, requirements: str) -> None:
    assert not {CUDA, SLUG} & weight(tmp_path, requirements)


def test_an_old_torch_is_heavy_but_no_error(tmp_path: Path) -> None:
    found = look(tmp_path, {"requirements.txt": f"{PLAIN}torch==1.9.0\n"})
    assert found[CUDA].severity.value == "warning"


def test_a_slug_over_the_soft_limit_is_a_warning_with_its_parts(tmp_path: Path) -> None:
    found = look(tmp_path, {"requirements.txt": f"{PLAIN}tensorflow==2.20.0\n"})[SLUG]
    assert found.severity.value == "warning"
    assert found.evidence[0].what == "compressed slug"
    assert found.evidence[0].limit == 300_000_000
    smallest, largest = found.evidence[2].value, found.evidence[1].value
    assert smallest < found.evidence[0].value < largest  # type: ignore[operator]
    assert found.evidence[3].what == "tensorflow 2.20.0"


@pytest.mark.parametrize(
    ("requirements", "platform"),
    [
        ("ai-edge-litert\npillow\n", "heroku:eco"),
        ("scikit-learn\npandas\nmatplotlib\n", "heroku:eco"),
        # Over the soft limit, as every one of its releases is.
        ("tensorflow-cpu==2.20.0\n", "heroku:eco"),
        ("tensorflow==2.20.0\n", "render:free"),
        ("tensorflow==2.20.0\n", "heroku:dyno-1c-0.5gb"),
        ("", "heroku:eco"),
    ],
)
def test_a_slug_that_fits_or_is_none(tmp_path: Path, requirements: str, platform: str) -> None:
    assert SLUG not in weight(tmp_path, requirements, platform)


def test_large_files_of_the_project_count_unless_slugignore_keeps_them_out(tmp_path: Path) -> None:
    files: Files = {"requirements.txt": PLAIN, "weights/a.onnx": b"x"}
    assert SLUG not in look(tmp_path, files)
    with (tmp_path / "weights" / "a.onnx").open("wb") as file:
        file.truncate(700_000_000)  # takes no space
    assert SLUG in look(tmp_path, {})
    assert SLUG not in look(tmp_path, {".slugignore": "# models\n/weights\n"})
    assert SLUG not in look(tmp_path, {".slugignore": "*.onnx\n"})
