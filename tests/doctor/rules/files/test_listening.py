"""Where servers listen, and how they go on."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, look

SERVERS = (
    "Django==5.2.8\ngunicorn==23.0.0\nuvicorn==0.38.0\ndaphne==4.2.1\nwaitress==3.0.2\n"
    "flask==3.1.2\n"
)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn mysite.wsgi --bind 127.0.0.1:$PORT", {"port-not-bound"}),
        ("gunicorn mysite.wsgi -b localhost:8000", {"port-not-bound"}),
        ("gunicorn mysite.wsgi -b 0.0.0.0:8000", {"port-not-bound"}),
        ("gunicorn mysite.wsgi -b :5000", {"port-not-bound"}),
        ("gunicorn mysite.wsgi -b unix:/tmp/site.sock", {"port-not-bound"}),
        ("gunicorn -c conf.py mysite.wsgi", {"port-not-bound"}),
        ("python manage.py runserver", {"port-not-bound", "runserver-in-production"}),
        ("python manage.py runserver 0.0.0.0:8000", {"port-not-bound", "runserver-in-production"}),
        (
            "uvicorn mysite.asgi:application --port $PORT --timeout-keep-alive 95",
            {"port-not-bound"},
        ),
        ("daphne mysite.asgi:application -p $PORT", {"port-not-bound"}),
        ("waitress-serve mysite.wsgi:application", {"port-not-bound"}),
        ("flask --app app run", {"port-not-bound"}),
        ("python app.py", {"port-not-bound"}),
        # These are well.
        ("gunicorn mysite.wsgi", set()),
        ("gunicorn mysite.wsgi -b 0.0.0.0:$PORT", set()),
        ("gunicorn mysite.wsgi --bind=0.0.0.0:${PORT:-8000}", set()),
        ("gunicorn mysite.wsgi -b [::]:$PORT", set()),
        ("gunicorn -c good.py mysite.wsgi", set()),
        ("gunicorn -c clever.py mysite.wsgi", set()),
        ("gunicorn mysite.wsgi -b 127.0.0.1:8001 -b 0.0.0.0:$PORT", set()),
        ("bin/start-nginx gunicorn mysite.wsgi -b unix:/tmp/nginx.socket", set()),
        ("python manage.py runserver 0.0.0.0:$PORT", {"runserver-in-production"}),
        ("python manage.py migrate && gunicorn mysite.wsgi", set()),
        ("daphne -b 0.0.0.0 -p $PORT mysite.asgi:application", set()),
        ("waitress-serve --port=$PORT mysite.wsgi:application", set()),
        ("waitress-serve --listen=*:$PORT mysite.wsgi:application", set()),
        ("flask --app app run --host=0.0.0.0 --port=$PORT", set()),
        ("python good_app.py", set()),
        ("python reads_port.py", set()),
    ],
)
def test_where_the_host_looks(tmp_path: Path, command: str, expected: set[str]) -> None:
    found = look(
        tmp_path,
        {
            "requirements.txt": SERVERS,
            "Procfile": f"web: {command}\n",
            "conf.py": 'bind = "127.0.0.1:8000"\nworkers = 2\n',
            "good.py": "import os\nport = os.environ.get('PORT', '8000')\n"
            "bind = f'0.0.0.0:{port}'\n",
            "clever.py": "bind = choose()\n",
            "app.py": "from flask import Flask\napp = Flask('x')\n\nif __name__ == '__main__':\n"
            "    app.run(debug=True)\n",
            "good_app.py": "import os\nfrom flask import Flask\napp = Flask('x')\n"
            "app.run(host='0.0.0.0', port=int(os.environ.get('PORT', 5000)))\n",
            "reads_port.py": "from flask import Flask\napp = Flask('x')\napp.run(**options)\n",
        },
    )

    assert set(found) == expected


@pytest.mark.parametrize(
    ("platform", "start", "expected"),
    [
        ("cloud-run", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8080", set()),
        ("cloud-run", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8000", {"port-not-bound"}),
        ("cloud-run", 'CMD ["gunicorn", "mysite.wsgi", "-b", "0.0.0.0:$PORT"]', {"port-not-bound"}),
        ("cloud-run", "CMD exec gunicorn mysite.wsgi -b :$PORT", set()),
        ("cloud-run", 'CMD ["sh", "-c", "gunicorn mysite.wsgi -b :$PORT"]', set()),
        ("fly", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8000", set()),
        ("fly", "CMD gunicorn mysite.wsgi -b 0.0.0.0:9000", {"port-not-bound"}),
        ("fly", "CMD gunicorn mysite.wsgi -b 127.0.0.1:8000", {"port-not-bound"}),
        ("render", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8000", set()),
        ("railway", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8000", set()),
        ("render", "CMD gunicorn mysite.wsgi -b localhost:8000", {"port-not-bound"}),
        ("dokku", "CMD gunicorn mysite.wsgi -b 0.0.0.0:8000", set()),
        ("fly", 'CMD ["./run.sh"]', {"shutdown-ignored-sigterm"}),
        ("fly", 'CMD ["./run_exec.sh"]', set()),
    ],
)
def test_images(tmp_path: Path, platform: str, start: str, expected: set[str]) -> None:
    docker = f"FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n{start}\n"
    found = look(
        tmp_path,
        {
            "Dockerfile": docker,
            "Procfile": None,
            "fly.toml": 'app = "x"\n[http_service]\n  internal_port = 8000\n',
            "run.sh": "#!/bin/sh\npython manage.py migrate\ngunicorn mysite.wsgi -b 0.0.0.0:8000\n",
            "run_exec.sh": "#!/bin/sh\nexec gunicorn mysite.wsgi -b 0.0.0.0:8000\n",
        },
        platform,
    )

    assert set(found) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn mysite.wsgi", {"ipv6-bind-on-fir"}),
        ("gunicorn mysite.wsgi -b 0.0.0.0:$PORT", {"ipv6-bind-on-fir"}),
        ("gunicorn mysite.wsgi -b [::]:$PORT", set()),
    ],
)
def test_fir_is_reached_over_ipv6(tmp_path: Path, command: str, expected: set[str]) -> None:
    found = look(tmp_path, {"Procfile": f"web: {command}\n"}, "heroku:dyno-1c-0.5gb")

    assert set(found) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uvicorn mysite.asgi:application --host 0.0.0.0 --port $PORT", "warning"),
        ("gunicorn mysite.asgi -k uvicorn.workers.UvicornWorker", "note"),
        ("gunicorn mysite.wsgi --threads 4", "note"),
        ("gunicorn mysite.wsgi --threads 4 --keep-alive 95", ""),
        ("gunicorn mysite.wsgi --workers 4", ""),
        ("gunicorn mysite.wsgi --threads 1", ""),
        ("daphne -b 0.0.0.0 -p $PORT mysite.asgi:application", ""),
    ],
)
def test_idle_connections(tmp_path: Path, command: str, expected: str) -> None:
    files = {"requirements.txt": SERVERS, "Procfile": f"web: {command}\n"}

    found = brief(look(tmp_path, files))

    assert found == ({"keep-alive-shorter-than-router": expected} if expected else {})


def test_another_host_keeps_no_connections(tmp_path: Path) -> None:
    command = "web: gunicorn mysite.wsgi --threads 4\n"

    assert look(tmp_path, {"Procfile": command}, "dokku") == {}


@pytest.mark.parametrize(
    ("procfile", "after"),
    [
        (
            "web: gunicorn mysite.wsgi -b 127.0.0.1:8000\n",
            "web: gunicorn mysite.wsgi -b 0.0.0.0:$PORT\n",
        ),
        ("web: python manage.py runserver\n", "web: gunicorn mysite.wsgi\n"),
    ],
)
def test_the_fix_is_in_the_procfile(tmp_path: Path, procfile: str, after: str) -> None:
    fixes = [finding.fix for finding in look(tmp_path, {"Procfile": procfile}).values()]

    assert [fix.changes[0].after for fix in fixes if fix] == [after]


def test_a_healthy_project_is_well_everywhere(tmp_path: Path) -> None:
    for platform in ("heroku:eco", "heroku:performance-l", "dokku", "render", "railway", "fly"):
        assert look(tmp_path, HEALTHY, platform) == {}


SETTINGS = "ALLOWED_HOSTS = [{hosts}]\nINSTALLED_APPS = []\n"


@pytest.mark.parametrize(
    ("platform", "hosts", "expected"),
    [
        ("railway", "'www.example.com'", {"health-check-refused"}),
        ("railway", "'www.example.com', 'healthcheck.railway.app'", set()),
        ("railway", "'.railway.app'", set()),
        ("railway", "'*'", set()),
        ("render", "'www.example.com'", set()),
    ],
)
def test_the_hosts_own_request(
    tmp_path: Path, platform: str, hosts: str, expected: set[str]
) -> None:
    files = {
        "mysite/settings.py": SETTINGS.format(hosts=hosts),
        "railway.json": '{"deploy": {"healthcheckPath": "/health/"}}',
    }

    assert set(look(tmp_path, files, platform)) == expected


CHECKED = '{"healthchecks": {"web": [{"type": "startup", "path": "/up"}]}}'
TOLD = CHECKED.replace('"/up"', '"/up", "httpHeaders": [{"name": "Host", "value": "a.org"}]')
FLY = "[http_service]\ninternal_port = 8000\n[[http_service.checks]]\npath = '/up'\n"
BOUND = {"Procfile": None, "Dockerfile": "FROM python:3.13\nCMD gunicorn mysite.wsgi -b :8000\n"}


@pytest.mark.parametrize(
    ("platform", "files", "hosts", "refused"),
    [
        ("dokku", {"app.json": CHECKED}, "'www.example.com'", True),
        ("dokku", {"app.json": TOLD}, "'www.example.com'", False),
        ("dokku", {"app.json": CHECKED}, "'*'", False),
        ("dokku", {"app.json": "{}"}, "'www.example.com'", False),
        ("fly", {**BOUND, "fly.toml": FLY}, "'site.fly.dev'", True),
        ("fly", {**BOUND, "fly.toml": f"{FLY}headers = {{Host = 'a.org'}}\n"}, "'a.org'", False),
        ("fly", {**BOUND, "fly.toml": FLY.partition("[[")[0]}, "'site.fly.dev'", False),
        ("heroku:eco", {"app.json": CHECKED}, "'www.example.com'", False),
    ],
)
def test_a_request_to_the_containers_address(
    tmp_path: Path, platform: str, files: dict[str, str | None], hosts: str, refused: bool
) -> None:
    site = {"mysite/settings.py": SETTINGS.format(hosts=hosts), **files}
    assert ("health-check-refused" in look(tmp_path, site, platform)) is refused


@pytest.mark.parametrize("name", ["health_check.middleware.HealthMiddleware", "a.AllowCIDR"])
def test_a_middleware_that_answers_first(tmp_path: Path, name: str) -> None:
    lines = f"MIDDLEWARE = ['{name}', 'django.middleware.common.CommonMiddleware']\n"
    files = {
        "mysite/settings.py": SETTINGS.format(hosts="'www.example.com'") + lines,
        "app.json": CHECKED,
    }
    assert look(tmp_path, files, "dokku") == {}


@pytest.mark.parametrize(
    ("deploy", "expected"),
    [
        ('"startCommand": "gunicorn mysite.wsgi -b 0.0.0.0:8000", "healthcheckPath": "/"', True),
        ('"startCommand": "gunicorn mysite.wsgi -b 0.0.0.0:$PORT", "healthcheckPath": "/"', False),
        # Without a check Railway looks which port is open.
        ('"startCommand": "gunicorn mysite.wsgi -b 0.0.0.0:8000"', False),
        ('"startCommand": "PORT=8000 gunicorn mysite.wsgi", "healthcheckPath": "/"', False),
    ],
)
def test_railway_checks_its_own_port(tmp_path: Path, deploy: str, expected: bool) -> None:
    files = {"Procfile": None, "railway.json": f'{{"deploy": {{{deploy}}}}}'}
    assert ("port-not-bound" in look(tmp_path, files, "railway")) is expected


@pytest.mark.parametrize(
    ("group", "package", "expected"),
    [
        ("", "numpy==2.3.4", {"mod-wsgi-subinterpreter"}),
        ("# WSGIApplicationGroup %{GLOBAL}", "numpy==2.3.4", {"mod-wsgi-subinterpreter"}),
        ("WSGIApplicationGroup %{GLOBAL}", "numpy==2.3.4", set()),
        ("", "pillow==12.0.0", set()),
    ],
)
def test_apache(tmp_path: Path, group: str, package: str, expected: set[str]) -> None:
    files = {
        "Dockerfile": "FROM httpd:2.4\nRUN apt-get install -y apache2-dev\nCOPY . /srv\n",
        "site.conf": f"WSGIScriptAlias / /srv/mysite/wsgi.py\n{group}\n",
        "requirements.txt": f"{HEALTHY['requirements.txt']}{package}\n",
        "Procfile": None,
    }

    assert set(look(tmp_path, files, "fly")) == expected
