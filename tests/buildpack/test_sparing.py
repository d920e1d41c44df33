"""Parts that no server reads are left out, unless the app imports what needs them."""

import io
from pathlib import Path

import numpy as np
import pytest

from tests.buildpack.packages import install
from wherry.buildpack.installed import read_environment
from wherry.buildpack.output import Output
from wherry.buildpack.sparing import SPARES, spare
from wherry.project.project import read_project

LITERT = {
    "ai_edge_litert/libLiteRt.so": "runtime",
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so": "accelerator",
    "ai_edge_litert/vendors/qualcomm/compiler/plugin.so": "compiler",
    "ai_edge_litert/tools/apply_plugin_main": "program",
    "ai_edge_litert/tools/flatbuffer_utils.py": "",
}
NUMPY = {
    "numpy/_core/multiarray.py": "",
    "numpy/_core/tests/test_multiarray.py": "def test(): ...",
    "numpy/testing/overrides.py": "",
    "numpy/_core/include/numpy/arrayobject.h": "",
    "numpy/__init__.pyi": "",
}


def left(root: Path, text: str) -> tuple[set[str], str]:
    """Return the files that are left of both packages, and what was said."""
    site_packages = root / "python" / "lib" / "python3.13" / "site-packages"
    install(site_packages, "ai-edge-litert", "2.3.0", modules=["ai_edge_litert"], files=LITERT)
    install(site_packages, "numpy", "2.5.5", files=NUMPY)
    (root / "app").mkdir()
    (root / "app" / "views.py").write_text(text)
    printed = io.StringIO()
    project = read_project(root / "app")
    spare(project, read_environment(site_packages), Output(printed))
    files = {
        path.relative_to(site_packages).as_posix()
        for path in site_packages.rglob("*")
        if path.is_file() and "dist-info" not in path.as_posix()
    }
    return files, printed.getvalue()


def test_what_no_server_reads_goes(tmp_path: Path) -> None:
    files, said = left(
        tmp_path, "import numpy\nfrom ai_edge_litert.interpreter import Interpreter\n"
    )
    assert files == {
        "ai_edge_litert/__init__.py",
        "ai_edge_litert/libLiteRt.so",
        "ai_edge_litert/tools/flatbuffer_utils.py",
        "numpy/__init__.py",
        "numpy/_core/multiarray.py",
        "numpy/testing/overrides.py",
    }
    assert "ai-edge-litert 2.3.0: without its accelerator for graphics cards" in said
    assert "numpy 2.5.5: without its own tests" in said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("import ai_edge_litert.aot\n", "ai_edge_litert/tools/apply_plugin_main"),
        ("from ai_edge_litert.aot import aot_compile\n", "ai_edge_litert/tools/apply_plugin_main"),
        (
            "from ai_edge_litert import gpu_options\n",
            "ai_edge_litert/libLiteRtWebGpuAccelerator.so",
        ),
    ],
)
def test_what_the_app_imports_keeps_its_part(tmp_path: Path, text: str, kept: str) -> None:
    assert kept in left(tmp_path, text)[0]


def test_without_the_packages_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    printed = io.StringIO()
    project = read_project(tmp_path / "app")
    assert spare(project, read_environment(tmp_path / "none"), Output(printed)) == ()
    assert printed.getvalue() == ""


def test_the_patterns_fit_what_is_really_installed() -> None:
    """The installed packages of this environment have these parts; a new release may not."""
    environment = read_environment(Path(np.__file__).parents[1])
    for part in SPARES:
        files = environment.packages[part.package].files
        for pattern in part.files:
            beginning = pattern.partition("*")[0]
            assert any(name.startswith(beginning) for name in files), pattern
