"""What runs here against what the host will run: told only where both are known."""

from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.dependencies.resolution import Package, Resolution
from wherry.doctor.environment import Environment
from wherry.doctor.rule import Context
from wherry.doctor.rules.environment.rules import RULES
from wherry.findings import FileSpan
from wherry.platforms import hosts
from wherry.project.project import read_project

HERE = Environment(
    "python", (3, 12, 4), {"django": "5.1.2", "numpy": "2.1.0", "torch": "2.5.0+cpu"}
)


def findings(
    root: Path,
    requirements: str,
    *,
    python: tuple[int, int] | None = (3, 12),
    here: Environment | None = HERE,
    resolution: Resolution | None = None,
) -> list[str]:
    project = read_project(tree(root, {"requirements.txt": requirements}))
    context = Context(
        project=project,
        target=hosts.get(),
        python=python,
        environment=here,
        resolution=resolution,
    )
    return [finding.title for rule in RULES for finding in rule.check(context)]


def test_another_python(tmp_path: Path) -> None:
    (title,) = findings(tmp_path, "", python=(3, 14))
    assert title.endswith("Python 3.12 here, 3.14 there")


def test_another_version_than_the_pin(tmp_path: Path) -> None:
    (title,) = findings(tmp_path, "Django==3.2.1\nnumpy==2.1.0\n")
    assert title.endswith("Django 5.1.2 here, 3.2.1 there")


def test_the_place_is_the_pin(tmp_path: Path) -> None:
    project = read_project(tree(tmp_path, {"requirements.txt": "# pins\nDjango==3.2.1\n"}))
    context = Context(project=project, target=hosts.get(), python=(3, 12), environment=HERE)
    (finding,) = [finding for rule in RULES for finding in rule.check(context)]
    assert finding.where == (FileSpan("requirements.txt", 2, quote="Django==3.2.1"),)


def test_another_version_than_the_index_gives(tmp_path: Path) -> None:
    newer = Resolution((3, 12), packages=(Package("django", "6.0", None),))
    (title,) = findings(tmp_path, "Django\n", resolution=newer)
    assert title.endswith("Django 5.1.2 here, 6.0 there")


@pytest.mark.parametrize(
    "requirements",
    [
        "Django==5.1.2\nnumpy==2.1\n",
        "Django\n",  # nobody knows which one without the index
        "pandas==1.0\n",  # not here, so that it took no part in what was tried
        "torch==2.5.0\n",
        "Django==3.2 ; sys_platform == 'win32'\n",
        "Django @ https://example.com/Django-3.2.tar.gz\n",
    ],
)
def test_what_agrees_or_cannot_be_told_is_silent(tmp_path: Path, requirements: str) -> None:
    assert findings(tmp_path, requirements) == []


def test_without_an_environment_it_is_silent(tmp_path: Path) -> None:
    assert findings(tmp_path, "Django==3.2.1\n", python=(3, 14), here=None) == []


def test_without_a_known_python_it_is_silent(tmp_path: Path) -> None:
    assert findings(tmp_path, "Django==3.2.1\n", python=None) == []
