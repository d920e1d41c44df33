"""What starts the web process."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, found_in, look, write


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Procfile": None}, "no-web-process"),
        ({"Procfile": "worker: celery -A mysite worker\n"}, "no-web-process"),
        ({"Procfile": "web gunicorn mysite.wsgi\n"}, "no-web-process"),
        ({"Procfile": "Web: gunicorn mysite.wsgi\n"}, "no-web-process"),
        ({"Procfile": ""}, "no-web-process"),
        ({"Procfile": "web: gunicorn mysite.wsgi\n".encode("utf-16")}, "no-web-process"),
        ({"Procfile": b"\xef\xbb\xbfweb: gunicorn mysite.wsgi\n"}, "no-web-process"),
        ({"Procfile": "web: gunicorn mysite.wsgi\n", ".gitignore": "Procfile\n"}, "no-web-process"),
        ({"Procfile": None, "procfile": "web: gunicorn mysite.wsgi\n"}, "procfile-misnamed"),
        ({"Procfile": None, "Procfile.txt": "web: gunicorn mysite.wsgi\n"}, "procfile-misnamed"),
        ({"Procfile": None, "ProcFile": "web: gunicorn mysite.wsgi\n"}, "procfile-misnamed"),
        ({"Procfile": None, "mysite/Procfile": "web: gunicorn mysite.wsgi\n"}, "procfile-misnamed"),
    ],
)
def test_nothing_starts(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: str
) -> None:
    files = {**files, "requirements.txt": HEALTHY["requirements.txt"] + "celery==5.5.3\n"}

    assert brief(look(tmp_path, files)) == {expected: "error"}


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({}, "heroku:eco"),
        (
            {"Procfile": "release: python manage.py migrate\nweb: gunicorn mysite.wsgi\r\n"},
            "heroku:eco",
        ),
        ({"Procfile": "# the site\n\nweb:gunicorn mysite.wsgi --log-file -\n"}, "heroku:eco"),
        ({"Procfile.dev": "web: python manage.py runserver\n"}, "heroku:eco"),
        ({"Procfile": None}, "render"),
        ({"Procfile": None}, "fly"),
        (
            {
                "Procfile": None,
                "heroku.yml": "build:\n  docker:\n    web: Dockerfile\n"
                "run:\n  web: gunicorn mysite.wsgi\n",
                "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n",
            },
            "heroku:eco",
        ),
    ],
)
def test_something_starts(
    tmp_path: Path, files: dict[str, str | bytes | None], platform: str
) -> None:
    assert look(tmp_path, files, platform) == {}


def test_a_bot_needs_no_web_process(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "bot.py": "import discord\n",
            "requirements.txt": "discord.py==2.6.4\n",
            ".python-version": "3.13\n",
            "Procfile": "worker: python bot.py\n",
        },
    )

    assert found_in(tmp_path) == {}


def test_a_flask_app_needs_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "requirements.txt": "flask==3.1.2\n",
            ".python-version": "3.13\n",
        },
    )

    assert brief(found_in(tmp_path)) == {"no-web-process": "error"}


@pytest.mark.parametrize(
    ("files", "after"),
    [
        ({"Procfile": None}, "web: gunicorn mysite.wsgi\n"),
        ({"Procfile": "web gunicorn mysite.wsgi -w 2\n"}, "web: gunicorn mysite.wsgi -w 2\n"),
        ({"Procfile": "Web: gunicorn mysite.wsgi\n"}, "web: gunicorn mysite.wsgi\n"),
        (
            {"Procfile": "release: python manage.py migrate"},
            "release: python manage.py migrate\nweb: gunicorn mysite.wsgi\n",
        ),
        ({"Procfile": b"\xef\xbb\xbfweb: gunicorn mysite.wsgi\n"}, "web: gunicorn mysite.wsgi\n"),
        (
            {"Procfile": None, "procfile": "web: gunicorn mysite.wsgi\n"},
            "web: gunicorn mysite.wsgi\n",
        ),
    ],
)
def test_the_fix_is_a_procfile(
    tmp_path: Path, files: dict[str, str | bytes | None], after: str
) -> None:
    (finding,) = look(tmp_path, files).values()

    assert finding.fix is not None
    assert finding.fix.safe
    assert (finding.fix.changes[-1].path, finding.fix.changes[-1].after) == ("Procfile", after)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("celery -A mysite worker -l info", True),
        ("python manage.py rqworker default", True),
        ("python bot.py", True),
        ("python manage.py collectstatic --noinput;", True),
        ("python manage.py migrate && gunicorn mysite.wsgi", False),
        ("python web_bot.py", False),
        ("gunicorn mysite.wsgi", False),
        ("celery -A mysite flower --port=$PORT", False),
    ],
)
def test_a_worker_is_no_web_process(tmp_path: Path, command: str, expected: bool) -> None:
    found = look(
        tmp_path,
        {
            "Procfile": f"web: {command}\n",
            "bot.py": "import telebot\nbot = telebot.TeleBot('x')\nbot.polling()\n",
            "web_bot.py": "import telebot\nfrom flask import Flask\n",
            "requirements.txt": HEALTHY["requirements.txt"] + "celery==5.5.3\n",
        },
    )

    assert ("worker-declared-as-web" in found) is expected


TASKS = "from celery import shared_task\n\n@shared_task\ndef train():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"mysite/tasks.py": TASKS}, True),
        (
            {
                "mysite/tasks.py": TASKS,
                "Procfile": "web: gunicorn mysite.wsgi\nworker: celery -A mysite worker\n",
            },
            False,
        ),
        (
            {"mysite/tasks.py": TASKS, "mysite/settings.py": "CELERY_TASK_ALWAYS_EAGER = True\n"},
            False,
        ),
        # On a laptop, and in tests, they run at once.
        (
            {"mysite/tasks.py": TASKS, "mysite/settings_dev.py": "CELERY_ALWAYS_EAGER = True\n"},
            True,
        ),
        ({"mysite/tasks.py": TASKS, "mysite/celery.py": "task_always_eager = True\n"}, False),
        ({}, False),
    ],
)
def test_tasks_want_a_worker(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: bool
) -> None:
    requirements = HEALTHY["requirements.txt"] + "celery==5.5.3\n"

    found = look(tmp_path, {**files, "requirements.txt": requirements})

    assert brief(found) == ({"task-worker-not-scaled": "warning"} if expected else {})
