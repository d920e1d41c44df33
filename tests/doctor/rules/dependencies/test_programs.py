"""Programs that code runs, and packages whose module the standard library has lost."""

from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief

RUNS = "import os, subprocess\n\n\ndef home(request):\n    {line}\n"
FFMPEG = "subprocess.run(['ffmpeg', '-i', path], check=True)"
IMAGE = 'FROM python:3.12-slim\nRUN {step}\nRUN pip install -r requirements.txt\nCMD ["gunicorn"]\n'


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        (FFMPEG, "error"),
        ("subprocess.check_output(f'ffprobe -i {request.path}', shell=True)", "error"),
        ("os.system('wkhtmltopdf a.html a.pdf')", "error"),
        ("subprocess.Popen(['/usr/bin/soffice', '--headless'])", "error"),
    ],
)
def test_a_program_that_no_host_has(tmp_path: Path, line: str, severity: str) -> None:
    found = ask(tmp_path, {"pages/views.py": RUNS.format(line=line)})
    assert brief(found) == [("program-missing", severity)]


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({"Aptfile": "ffmpeg\n"}, "heroku:eco"),
        ({"app.json": '{"buildpacks": [{"url": "https://x.org/ffmpeg-buildpack"}]}'}, "heroku:eco"),
        ({"Dockerfile": IMAGE.format(step="apt-get install -y ffmpeg")}, "fly"),
        ({"Dockerfile": "FROM ourown/media-base\n"}, "fly"),
        ({"pages/views.py": RUNS.format(line="subprocess.run(['git', 'log'])")}, "heroku:eco"),
        (
            {"pages/views.py": f"import shutil\n{RUNS.format(line='shutil.which(chr(1))')}"},
            "heroku:eco",
        ),
        (
            {
                "pages/views.py": "def home(request):\n    return None\n",
                "pages/management/commands/cut.py": RUNS.format(line=FFMPEG),
            },
            "heroku:eco",
        ),
    ],
)
def test_a_program_that_is_there_or_not_run(
    tmp_path: Path, files: dict[str, str], platform: str
) -> None:
    site = {"pages/views.py": RUNS.format(line=FFMPEG), **files}
    assert "program-missing" not in [name for name, _ in brief(ask(tmp_path, site, platform))]


def _using(package: str, module: str, python: str) -> dict[str, str]:
    return {
        "requirements.txt": f"django==5.2.8\n{package}\n",
        ".python-version": f"{python}\n",
        "Aptfile": "ffmpeg\n",
        "pages/views.py": f"import {module}\n\n\ndef home(request):\n    return None\n",
    }


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("pydub==0.25.1", "pydub"),
        ("pydub", "pydub"),
        ("discord.py==2.3.2", "discord"),
        ("SpeechRecognition==3.10.4", "speech_recognition"),
        ("tweepy==4.14.0", "tweepy"),
        ("feedparser==6.0.10", "feedparser"),
    ],
)
def test_a_package_of_older_pythons(tmp_path: Path, package: str, module: str) -> None:
    found = ask(tmp_path, _using(package, module, "3.13"))
    assert brief(found) == [("removed-stdlib-module", "error")]


@pytest.mark.parametrize(
    ("package", "module", "python"),
    [
        ("pydub==0.25.1", "pydub", "3.12"),
        ("pydub==0.25.1\naudioop-lts==0.2.2", "pydub", "3.13"),
        ("pydub==0.25.1", "json", "3.13"),
        ("discord.py==2.5.0", "discord", "3.13"),
        ("discord.py", "discord", "3.13"),
        ("tweepy==4.16.0", "tweepy", "3.13"),
    ],
)
def test_a_package_that_imports(tmp_path: Path, package: str, module: str, python: str) -> None:
    found = ask(tmp_path, _using(package, module, python))
    assert "removed-stdlib-module" not in [name for name, _ in brief(found)]
