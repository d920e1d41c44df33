"""Lists as well-kept projects have them: nothing is said of any."""

from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief

_TF_311 = "django==4.2.16\ntensorflow-cpu==2.15.1\nnumpy==1.26.4\nkeras==2.15.0\nh5py==3.11.0\n"


@pytest.mark.parametrize(
    ("python", "text"),
    [
        ("3.12", "Django==5.2.8\ngunicorn==23.0.0\n"),
        ("3.12", "Django>=5.2,<6\ngunicorn\nwhitenoise\npsycopg[binary]\ndj-database-url\n"),
        ("3.14", "django~=5.2.0\nnumpy==2.3.5\npandas==2.3.3\npillow==12.0.0\n"),
        ("3.14", "django~=5.2\nnumpy\nscipy>=1.9\nscikit-learn\n"),
        ("3.11", _TF_311),
        ("3.13", "django==5.1.4\ntensorflow==2.20.0\nkeras==3.11.3\nnumpy==2.1.3\n"),
        ("3.12", "django==5.0\npsycopg2==2.9.9\nmysqlclient==2.2.4\nPyYAML==5.3.1\n"),
        ("3.12", "django==5.0\nopencv-python-headless==4.10.0.84\nnumpy==2.0.2\n"),
        ("3.12", 'django==5.0\npywin32==304 ; sys_platform == "win32"\n'),
        ("3.12", 'django==5.0\ncolorama==0.4.6 ; platform_system == "Windows"\n'),
        ("3.12", "django==5.0\nwherry[litert,serve]==0.1.0\n"),
        ("3.12", "django==5.0\npytest==8.3.3\nblack==24.8.0\nipython==8.27.0\n"),
        ("3.12", "# only comments\ndjango==5.0  # pinned\n\n"),
        ("3.12", "django==5.0\nflask==3.0.3\nwerkzeug==3.0.4\njinja2==3.1.4\n"),
        ("3.12", "django==5.0\nscikit-learn==1.5.2\nscikit_image==0.24.0\n"),
        ("3.12", "django==5.0\ngit+https://github.com/example/tool.git@v1#egg=tool\n"),
        (
            "3.12",
            "django==5.0\ntool @ https://example.com/tool-1.0-py3-none-any.whl\n",
        ),
    ],
)
def test_nothing_is_said_of_a_good_list(tmp_path: Path, python: str, text: str) -> None:
    found = ask(tmp_path, {".python-version": f"{python}\n", "requirements.txt": text})
    assert brief(found) == []


def test_a_project_without_tensorflow_gets_no_finding_of_it(tmp_path: Path) -> None:
    text = "django==5.0\nnumpy==1.19.5\nscipy==1.4.1\n"
    found = ask(tmp_path, {"requirements.txt": text})
    assert {finding.cause.name for finding in found} == {
        "pins-not-installable",
    }


def test_conda_lists_are_of_another_index(tmp_path: Path) -> None:
    text = "dependencies:\n  - python=3.9\n  - numpy=1.19.5\n  - tensorflow=2.5\n"
    found = ask(tmp_path, {"requirements.txt": "", "environment.yml": text})
    assert brief(found) == []


def test_an_empty_folder(tmp_path: Path) -> None:
    found = ask(tmp_path, {"requirements.txt": ""})
    assert brief(found) == []
