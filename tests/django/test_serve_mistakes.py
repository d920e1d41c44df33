"""What is wrong with a site is said in sentences, with an exit code and without a traceback."""

import re
import signal
import socket
from pathlib import Path

import pytest

from tests.django.serving import (
    DENSE,
    SETTINGS,
    WHERRY,
    Server,
    make_site,
    until,
    wherry_serve,
)


def refused(server: Server) -> tuple[int, str]:
    with server:
        code = server.wait()
        assert "Traceback" not in server.log
        return code, server.log


def test_module_that_does_not_exist(tmp_path: Path) -> None:
    """The folder that was searched is named."""
    site = make_site(tmp_path / "site")
    code, log = refused(Server([*WHERRY, "projekt.wsgi", "--port", "0"], site, {}))
    assert code == 1
    assert f"There is no module 'projekt' in {site}" in log


def test_module_without_an_application(tmp_path: Path) -> None:
    """What Django's is called, and how another is named."""
    site = make_site(tmp_path / "site")
    code, log = refused(Server([*WHERRY, "project.urls", "--port", "0"], site, {}))
    assert code == 1
    assert "project.urls has no WSGI application called 'application'" in log


def test_mistake_in_a_module_of_the_site(tmp_path: Path) -> None:
    """The site's own file and line, not Django's or importlib's."""
    site = make_site(tmp_path / "site", settings="import no_such_library\n")
    code, log = refused(wherry_serve(site))
    assert code == 1
    assert "project.wsgi cannot be imported: ModuleNotFoundError: " in log
    assert f"({site / 'project' / 'settings.py'}, line 1)" in log


def test_mistake_in_the_urls(tmp_path: Path) -> None:
    """Found at boot, where Django would answer the first visitor with a 500."""
    site = make_site(tmp_path / "site", urls="import nothing_like_it\n")
    code, log = refused(wherry_serve(site))
    assert code == 1
    assert f"({site / 'project' / 'urls.py'}, line 1)" in log


def test_mistake_in_the_setting(tmp_path: Path) -> None:
    """The system check's message and hint, once."""
    settings = SETTINGS % str(DENSE) + "WHERRY = {'MODELLS': {}}\n"
    code, log = refused(wherry_serve(make_site(tmp_path / "site", settings=settings)))
    assert code == 1
    assert log.count("(wherry.E001)") == 1
    assert "unknown key 'MODELLS'" in log


def test_missing_model(tmp_path: Path) -> None:
    """Said at boot; a restart would not bring it, so there is none."""
    settings = SETTINGS % str(tmp_path / "gone.tflite")
    code, log = refused(wherry_serve(make_site(tmp_path / "site", settings=settings)))
    assert code == 1
    assert log.count("(wherry.E002) The model 'dense' cannot be served") == 1


def test_silenced_mistake_is_served_around(tmp_path: Path) -> None:
    """Who silences the check wants the site without the model; asking that says why."""
    settings = (SETTINGS % str(tmp_path / "gone.tflite")).replace("wherry.W002", "wherry.E002")
    with wherry_serve(make_site(tmp_path / "site", settings=settings)) as server:
        server.wait_for(r"wherry: \d+ process")
        assert server.get("/slow?s=0").status == 200
        assert server.get("/v2/health/ready").status == 503


def test_warning_is_logged_and_served_all_the_same(tmp_path: Path) -> None:
    """Public endpoints are a choice."""
    settings = (SETTINGS % str(DENSE)).replace("SILENCED", "NOT_SILENCED")
    with wherry_serve(make_site(tmp_path / "site", settings=settings)) as server:
        server.wait_for(r"wherry: \d+ process")
        assert server.log.count("(wherry.W002) Anybody can ask the models") == 1
        assert server.get("/predict").status == 200


def test_port_in_use(tmp_path: Path) -> None:
    """Another program has it."""
    site = make_site(tmp_path / "site")
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        code, log = refused(Server([*WHERRY, "project.wsgi"], site, {"PORT": str(port)}))
    assert code == 1
    assert f"Port {port} is in use by another program" in log


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        ([], {"PORT": "http"}, "PORT is set to 'http', which is not a whole number"),
        (["--port", "70000"], {}, "The port 70000 is not between 0 and 65535"),
        ([], {"WEB_CONCURRENCY": "two"}, "WEB_CONCURRENCY is set to 'two'"),
        (["--threads", "0"], {}, "--threads must be 1 or more, not 0"),
        (["--processes", "-1"], {}, "--processes must be 1 or more, not -1"),
        (["--graceful-timeout", "0"], {}, "--graceful-timeout must be more than 0 seconds"),
        (["--host", "no.such.host.invalid"], {"PORT": "0"}, "Cannot listen on no.such.host"),
    ],
)
def test_unusable_option(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], sentence: str
) -> None:
    """The value is quoted."""
    code, log = refused(Server([*WHERRY, "project.wsgi", *arguments], tmp_path, environ))
    assert code in {1, 2}
    assert sentence in log


@pytest.mark.parametrize("name", ["project/wsgi.py", "project wsgi", "a:b:c", ""])
def test_name_that_is_no_module(tmp_path: Path, name: str) -> None:
    """A path, as other servers take, is not an import."""
    code, log = refused(Server([*WHERRY, name], tmp_path, {}))
    assert code == 2
    assert "does not name a module" in log


def test_worker_that_dies_before_it_is_ready_is_tried_three_times(tmp_path: Path) -> None:
    """A crash is not a mistake in the settings: it may have been the machine's."""
    wsgi = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    code, log = refused(wherry_serve(make_site(tmp_path / "site", wsgi=wsgi)))
    assert code == 1
    assert len(re.findall("starting another", log)) == 2
    assert re.search("was killed by SIGKILL .* before it was ready, 3 times in a row", log)


def test_stalled_worker_is_replaced(tmp_path: Path) -> None:
    """Every thread waits for a client that does not finish sending, and none can be cut."""
    wsgi = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from wherry.django.server import bodies, slow_bodies
slow_bodies.STALL_S = bodies.STALL_S = 0.5
slow_bodies.SlowBodies.__init__.__kwdefaults__["connections"] = lambda port: ()
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
    site = make_site(tmp_path / "site", wsgi=wsgi)
    with wherry_serve(site, "--processes", "1", "--threads", "2") as server:
        server.wait_for(r"wherry: \d+ process")
        stuck = [
            server.raw(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            for _ in range(2)
        ]
        (before,) = server.workers()
        server.wait_for("every thread has waited 0.5 s for clients that do not finish sending")
        until(lambda: before not in server.workers())
        assert server.get("/predict").status == 200
        for connection in stuck:
            connection.close()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
