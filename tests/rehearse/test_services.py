"""Which services the app is lent, and which keep a rehearsal from going on."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from wherry.project.project import Project, read_project
from wherry.rehearse.local_servers import postgresql
from wherry.rehearse.services import Lent, RemoteService, lend, refuse_remote

PLAIN = {"settings": 'DATABASES = {"default": {"ENGINE": "x", "NAME": BASE_DIR / "db.sqlite3"}}'}
BY_ADDRESS = {
    "settings": "import dj_database_url\nDATABASES = {'default': dj_database_url.config()}"
}
FALLS_BACK = {
    "settings": "import os, dj_database_url\n"
    "DATABASES = {'default': dj_database_url.parse(os.environ.get('DATABASE_URL',\n"
    "    'postgres://shop:hunter2@db.example.com/shop'))}"
}


def site(folder: Path, files: Mapping[str, str]) -> Project:
    package = folder / "shop"
    package.mkdir()
    (folder / "manage.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    )
    (package / "__init__.py").write_text("")
    for name, text in files.items():
        (package / f"{name}.py").write_text(text)
    return read_project(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def lent(
    project: Project, folder: Path, variables: Mapping[str, str] | None = None, packages: str = ""
) -> Lent:
    with ExitStack() as stack:
        return lend(
            project, variables or {}, folder, stack=stack, installed=packages.split().__contains__
        )


def test_a_service_elsewhere_stops_the_run(tmp_path: Path) -> None:
    project = site(tmp_path, PLAIN)
    with pytest.raises(RemoteService, match=r"DATABASE_URL leads to db\.example\.com") as told:
        refuse_remote({"DATABASE_URL": "postgres://shop:hunter2@db.example.com/shop"}, project)
    assert "--allow-remote" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_an_address_in_the_settings_stops_it_too(tmp_path: Path) -> None:
    project = site(tmp_path, FALLS_BACK)
    with pytest.raises(RemoteService, match=r"shop/settings\.py, line 3, leads to db\.example"):
        refuse_remote({}, project)
    # A config var takes its place.
    refuse_remote({"DATABASE_URL": "postgres://u@localhost/d"}, project)


@pytest.mark.parametrize(
    "variables", [{}, {"DATABASE_URL": "postgres://u@localhost/d", "SECRET_KEY": "x"}]
)
def test_services_here_do_not(tmp_path: Path, variables: dict[str, str]) -> None:
    refuse_remote(variables, site(tmp_path, BY_ADDRESS))
    refuse_remote(variables, None)


def test_an_address_that_is_only_a_remark(tmp_path: Path) -> None:
    refuse_remote({}, site(tmp_path, {"settings": "# postgres://u:p@db.example.com/d"}))


def test_who_asks_for_nothing_is_lent_nothing(tmp_path: Path, folder: Path) -> None:
    assert lent(site(tmp_path, PLAIN), folder, packages="psycopg redis") == Lent()


def test_who_has_an_address_keeps_it(tmp_path: Path, folder: Path) -> None:
    variables = {"DATABASE_URL": "postgres://u@localhost/d"}
    assert lent(site(tmp_path, BY_ADDRESS), folder, variables, "psycopg") == Lent()


def test_sqlite_outside_of_the_app_s_folder(tmp_path: Path, folder: Path) -> None:
    found = lent(site(tmp_path, BY_ADDRESS), folder)
    assert found.variables == {"DATABASE_URL": f"sqlite:///{folder}/database/database.sqlite3"}
    assert (folder / "database").stat().st_mode & 0o777 == 0o777
    assert "no PostgreSQL driver is required" in found.said[0]


@pytest.mark.skipif(postgresql.installed() is None, reason="PostgreSQL is not installed here")
def test_postgresql_for_who_requires_its_driver(tmp_path: Path, folder: Path) -> None:
    found = lent(site(tmp_path, BY_ADDRESS), folder, packages="psycopg")
    assert found.variables["DATABASE_URL"].startswith("postgres://rehearsal:")
    assert found.said[0].startswith("Database: PostgreSQL")
    # What the report says of it is no way in.
    assert found.variables["DATABASE_URL"] not in found.said[0]


def test_where_it_is_not_installed(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_FOLDERS", ())
    found = lent(site(tmp_path, BY_ADDRESS), folder, packages="psycopg")
    assert found.variables["DATABASE_URL"].startswith("sqlite:///")
    assert "no PostgreSQL is installed here" in found.said[0]


def test_redis_that_is_missing_is_said(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    asks = {"settings": "import os\nCACHE = os.environ['REDIS_URL']"}
    found = lent(site(tmp_path, asks), folder, packages="redis")
    assert found.variables == {}
    assert "REDIS_URL is not set" in found.said[0]
    assert lent(read_project(tmp_path), folder) == Lent()
