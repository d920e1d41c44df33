"""One look at a project, with all that a user may say about it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doctor.conftest import FEW
from tests.doctor.sites import SOUND
from tests.doctor.trees import tree
from wherry.causes.cause import Severity
from wherry.doctor.baseline import write_baseline
from wherry.doctor.diagnose import Options, diagnose
from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules import catalogue
from wherry.errors import ConfigurationError, InvalidInput
from wherry.findings import Finding
from wherry.render.diagnosis_text import render

OFFLINE = Options(offline=True)
KEY = "SECRET_KEY = 'hunter2hunter2'\n"
SITE = {"manage.py": "import django\n", "shop/settings.py": KEY}

pytestmark = pytest.mark.usefixtures("few_rules")


def names(diagnosis: Diagnosis) -> list[str]:
    return [finding.cause.name for finding in diagnosis.findings]


def test_findings_of_all_rules(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SITE), OFFLINE)
    assert names(found) == ["python-unpinned", "secret-key-hard-coded"]
    assert (found.python, found.python_asked) == ((3, 14), False)
    assert found.target.name == "heroku:eco"


def test_a_sound_project_is_silent(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SOUND), OFFLINE)
    assert names(found) == []
    assert (found.python, found.python_asked) == ((3, 13), True)
    assert found.inspected


def test_what_it_will_need_is_told_where_nothing_is_wrong(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SOUND), OFFLINE)
    assert found.predictions is not None
    told = {one.prediction.what: one for one in found.predictions.each}
    slug, memory = told["compressed slug"], told["anonymous memory at boot"]
    assert slug.limit is not None
    assert slug.prediction.low < slug.prediction.high < slug.limit
    assert memory.limit == found.target.memory_bytes
    text = render(found)
    assert "What it will need there" in text
    assert "compressed slug" in text


def test_nothing_is_predicted_of_what_is_not_installed(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SITE), OFFLINE)
    assert found.predictions is None
    assert "What it will need" not in render(found)


def test_what_is_chosen(tmp_path: Path) -> None:
    root = tree(tmp_path, SITE)
    assert names(diagnose(root, replace(OFFLINE, select=("WH6",)))) == ["secret-key-hard-coded"]
    assert names(diagnose(root, replace(OFFLINE, ignore=("WH6",)))) == ["python-unpinned"]


def test_what_the_project_says_of_itself(tmp_path: Path) -> None:
    section = "[tool.wherry]\nplatform = 'render'\nignore = ['WH110']\n"
    found = diagnose(tree(tmp_path, {**SITE, "pyproject.toml": section}), OFFLINE)
    assert found.target.platform.name == "render"
    assert names(found) == ["secret-key-hard-coded"]


def test_options_come_before_it(tmp_path: Path) -> None:
    section = "[tool.wherry]\nplatform = 'render'\nselect = ['WH6']\n"
    root = tree(tmp_path, {**SITE, "pyproject.toml": section})
    found = diagnose(root, replace(OFFLINE, platform="dokku", select=("WH110",)))
    assert found.target.platform.name == "dokku"
    assert names(found) == ["python-unpinned"]


def test_per_file_ignores(tmp_path: Path) -> None:
    section = '[tool.wherry.per-file-ignores]\n"shop/*" = ["WH601"]\n'
    files = {**SITE, "pyproject.toml": section, "other/settings.py": KEY}
    found = diagnose(tree(tmp_path, files), replace(OFFLINE, select=("WH601",)))
    (finding,) = found.findings
    assert [getattr(span, "path", "") for span in finding.where] == ["other/settings.py"]
    assert found.silenced == 1


def test_inline_ignores_and_unused_ones(tmp_path: Path) -> None:
    files = {
        **SITE,
        "shop/settings.py": "SECRET_KEY = 'hunter2hunter2'  # wherry: ignore[WH601]\n",
        "shop/urls.py": "x = 1  # wherry: ignore[WH601]\n",
    }
    found = diagnose(tree(tmp_path, files), OFFLINE)
    assert names(found) == ["python-unpinned"]
    assert found.silenced == 1
    assert [item.path for item in found.unused_ignores] == ["shop/urls.py"]


def test_an_ignore_of_what_was_not_looked_for_is_not_unused(tmp_path: Path) -> None:
    files = {**SITE, "shop/urls.py": "x = 1  # wherry: ignore[WH601]\n"}
    found = diagnose(tree(tmp_path, files), replace(OFFLINE, ignore=("WH601",)))
    assert found.unused_ignores == ()


def test_a_baseline_leaves_only_what_is_new(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", SITE)
    known = tmp_path / "known.json"
    write_baseline(known, diagnose(root, OFFLINE).findings)
    options = replace(OFFLINE, baseline=known)
    assert names(diagnose(root, options)) == []
    tree(root, {"shop/other.py": KEY})
    assert names(diagnose(root, options)) == ["secret-key-hard-coded"]
    assert diagnose(root, options).known == 2


def test_a_baseline_that_the_project_names(tmp_path: Path) -> None:
    root = tree(tmp_path, {**SITE, "pyproject.toml": "[tool.wherry]\nbaseline = 'known.json'\n"})
    with pytest.raises(ConfigurationError, match=r"known.json cannot be read"):
        diagnose(root, OFFLINE)
    write_baseline(root / "known.json", [])
    assert diagnose(root, OFFLINE).known == 0


def test_a_rule_with_a_mistake_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as what was not inspected, in the voice of our own fault."""

    def check(context: Context) -> Iterator[Finding]:
        yield found("debug-true")
        raise KeyError(context.target.name)

    monkeypatch.setattr(catalogue, "RULES", (Rule("broken", ("debug-true",), check), *FEW))
    diagnosis = diagnose(tree(tmp_path, SITE), OFFLINE)
    assert names(diagnosis) == ["python-unpinned", "secret-key-hard-coded"]
    assert any("Wherry itself has a mistake" in item.reason for item in diagnosis.skipped)


def test_what_cannot_happen_on_the_platform_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Rule("ports", ("ipv6-bind-on-fir",), lambda _: [found("ipv6-bind-on-fir")])
    monkeypatch.setattr(catalogue, "RULES", (rule,))
    root = tree(tmp_path, SITE)
    assert names(diagnose(root, OFFLINE)) == []
    fir = replace(OFFLINE, platform="heroku:dyno-1c-0.5gb")
    assert names(diagnose(root, fir)) == ["ipv6-bind-on-fir"]


def test_broken_toml_is_not_inspected_and_not_clean(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, {**SITE, "pyproject.toml": "[tool"}), OFFLINE)
    assert any(item.what == "pyproject.toml" and "TOML" in item.reason for item in found.skipped)


def test_no_index_is_said(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, {**SITE, "requirements.txt": "Django\n"}), OFFLINE)
    assert any("--offline" in item.reason for item in found.skipped)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not there"):
        diagnose(tmp_path / "nowhere", OFFLINE)


def test_a_file_is_no_project(tmp_path: Path) -> None:
    tree(tmp_path, SITE)
    with pytest.raises(InvalidInput, match="is a file"):
        diagnose(tmp_path / "manage.py", OFFLINE)


def test_an_unknown_platform(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="did you mean"):
        diagnose(tree(tmp_path, SITE), replace(OFFLINE, platform="herokku"))


@pytest.mark.parametrize("files", [{}, {"photo.jpg": "x", "notes.md": "# Hello\n"}])
def test_a_folder_with_nothing_to_look_at(tmp_path: Path, files: dict[str, str]) -> None:
    found = diagnose(tree(tmp_path, files), OFFLINE)
    assert not found.inspected
    assert "no Python file" in found.nothing


def test_links_in_a_circle(tmp_path: Path) -> None:
    root = tree(tmp_path, SITE)
    (root / "shop" / "again").symlink_to(root)
    (root / "one.py").symlink_to(root / "two.py")
    (root / "two.py").symlink_to(root / "one.py")
    assert "secret-key-hard-coded" in names(diagnose(root, OFFLINE))


def test_thresholds(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SITE), replace(OFFLINE, select=("WH601",)))
    assert found.count(Severity.WARNING) == 1
    assert [found.fails(word) for word in ("error", "warning", "note", "never")] == [
        *(False, True, True, False)
    ]
