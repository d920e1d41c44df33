"""Where it is to be mended: the Procfile's line, and the project's own names."""

from pathlib import Path

from wherry.findings import FileSpan
from wherry.project.project import read_project
from wherry.rehearse.judging.placing import placed
from wherry.rehearse.judging.situation import finding


def site(folder: Path) -> Path:
    package = folder / "shop"
    package.mkdir()
    for name in ("__init__", "urls"):
        (package / f"{name}.py").write_text("")
    (package / "settings.py").write_text("DEBUG = False\n")
    (package / "wsgi.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    )
    (folder / "manage.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    )
    (folder / "requirements.txt").write_text("django\n")
    (folder / "Procfile").write_text("release: true\nweb: gunicorn shop.wsgi -b 127.0.0.1:8000\n")
    return folder


def test_the_line_and_the_names(tmp_path: Path) -> None:
    project = read_project(site(tmp_path))
    found = placed(finding("port-not-bound", values={"address": "x"}), project)
    (where,) = found.where
    assert isinstance(where, FileSpan)
    assert (where.path, where.line) == ("Procfile", 2)
    assert found.values == {"address": "x", "project": "shop", "requirements": "requirements.txt"}


def test_what_has_a_place_keeps_it(tmp_path: Path) -> None:
    project = read_project(site(tmp_path))
    here = FileSpan("shop/views.py", 3)
    assert placed(finding("port-not-bound", where=[here]), project).where == (here,)


def test_what_no_line_of_the_procfile_can_mend(tmp_path: Path) -> None:
    project = read_project(site(tmp_path))
    assert placed(finding("sqlite-ephemeral"), project).where == ()


def test_without_a_project_nothing_is_added() -> None:
    found = finding("port-not-bound")
    assert placed(found, None) is found
