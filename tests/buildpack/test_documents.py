"""What docs/buildpack.md shows is what there is."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.buildpack.apps import DIGITS, ROOT
from tests.docs.fences import fences
from wherry.buildpack import tools, wanted
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.profile import Defaults, profile
from wherry.buildpack.wanted import read_wanted
from wherry.cli import main
from wherry.dependencies import cuda
from wherry.serving.packing import pack

PAGE = ROOT / "docs" / "buildpack.md"


def test_the_examples_of_the_settings_are_read(tmp_path: Path) -> None:
    (text,) = [fence.text for fence in fences("toml") if fence.document == PAGE]
    (tmp_path / "pyproject.toml").write_text(text)
    found = read_wanted(tmp_path)
    assert [model.name for model in found.models] == ["digits", "notes"]
    assert found.models[1].source is not None
    assert found.models[1].source.token == "MODELS_TOKEN"


def test_every_key_and_every_variable_is_on_the_page() -> None:
    page = PAGE.read_text()
    for key in (*wanted._MODEL_KEYS, *wanted._SHRINK_KEYS, *wanted._BUILDPACK_KEYS):
        assert f"`{key}" in page, key
    script = profile(Defaults(1, libraries=True, python_tensorflow=True))
    for name in re.findall(r"export (\w+)\n", script):
        assert f"`{name}`" in page, name
    assert "WEB_CONCURRENCY" in page


def test_explain_proves_what_becomes_of_tensorflow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site.py").write_text("import json\n")
    pack(DIGITS, tmp_path / "models" / "digits")
    assert main(["buildpack", "explain", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "  site.py: none\n" in said
    assert "Decided: none, since it is not installed, and no model runs on it." in said


def test_cuda_lists_every_build(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["buildpack", "cuda"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(cuda.builds())
    assert "tensorflow       2.21.0   12.5.1  9.3.0.75    >= 525.60.13" in lines[10]


def test_a_build_that_is_refused_has_status_1_and_no_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.wherry.models]\nm = '../m.onnx'\n")
    (tmp_path / "cache").mkdir()
    assert main(["buildpack", "compile", str(tmp_path), str(tmp_path / "cache")]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(" !     Error: pyproject.toml: path in")
    assert "Traceback" not in told.out + told.err


def test_what_shrinking_needs_is_the_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(tools.SHRINKING) == set(project["optional-dependencies"]["shrink"])


def test_tools_are_installed_once_and_without_the_apps_own(tmp_path: Path) -> None:
    if shutil.which("uv") is None:
        pytest.skip("there is no uv on PATH")
    folder = tools.installed(("packaging==26.3",), tmp_path / "tools", dependencies=False)
    assert (folder / "packaging" / "version.py").is_file()
    assert tools.installed(("packaging==26.3",), tmp_path / "tools", dependencies=False) == folder
    other = tools.installed(("pyyaml==6.0.3",), tmp_path / "tools", dependencies=False)
    assert [path.name for path in (tmp_path / "tools").iterdir()] == [other.name]
    with pytest.raises(BuildFailed, match=r"packaging==0\.0\.0 could not be installed"):
        tools.installed(("packaging==0.0.0",), tmp_path / "tools", dependencies=False)
    assert list((tmp_path / "tools").iterdir()) == []


def test_the_table_is_what_was_measured() -> None:
    document = json.loads((ROOT / "docs" / "benchmarks" / "buildpack.json").read_text())
    page = PAGE.read_text()
    for row in document["slugs"]:
        slug, unpacked = row["slug_bytes"] / 1e6, row["unpacked_bytes"] / 1e6
        assert f"| {row['name']} | {slug:.1f} | {unpacked:,.0f} |" in page
    assert len(document["bars"]) == 4
    assert all(bar.endswith("held") for bar in document["bars"])
