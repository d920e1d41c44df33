"""Builds that fail, in the words of the tools of many years, and builds that do not."""

import tomllib
from pathlib import Path

import pytest

from tests.signatures.reading import first_causes, read

HERE = Path(__file__).parent
LINES = tomllib.loads((HERE / "builds.toml").read_text(encoding="utf-8"))["lines"]
QUIET = tomllib.loads((HERE / "quiet_builds.toml").read_text(encoding="utf-8"))["logs"]


@pytest.mark.parametrize("line", LINES, ids=[line["text"][:60] for line in LINES])
def test_a_build_says_why_it_failed(line: dict[str, str]) -> None:
    found = first_causes(line["text"] + "\n")
    assert len(found) == 1
    assert found[0] in line["causes"]


@pytest.mark.parametrize("line", LINES, ids=[line["text"][:60] for line in LINES])
def test_the_same_words_from_a_visitor_are_silent(line: dict[str, str]) -> None:
    asked = max(line["text"].splitlines(), key=len).strip()
    explanation = read(
        "2025-04-09T11:05:25.700031+00:00 app[web.1]: "
        f'INFO shop.views search q="{asked}" results=0\n'
    )
    assert not explanation.first
    assert not explanation.outside


@pytest.mark.parametrize("log", QUIET, ids=[log["title"] for log in QUIET])
def test_a_log_without_a_failure_is_silent(log: dict[str, str]) -> None:
    explanation = read(log["text"] + "\n")
    assert not explanation.first
    assert not explanation.outside


PIPENV = """\
       Installing dependencies from Pipfile.lock (9d7e4b)...
       [pipenv.exceptions.InstallError]: ERROR: THESE PACKAGES DO NOT MATCH THE
       HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions,
       please update the hashes.
       [pipenv.exceptions.InstallError]:     lxml==5.3.1 from
       https://pypi.example.net/packages/lxml-5.3.1-cp312-cp312-manylinux_2_28_x86_64.w
       hl#sha256=7d1f9c0a:
       ERROR: Couldn't install package: {}
       Package installation failed...
"""


def test_lines_that_pipenv_wrapped_are_one() -> None:
    assert first_causes(PIPENV) == ["requirements-hash-mismatch"]
    finding = read(PIPENV).first[0]
    assert finding.where[0].lines == (2,)


def test_lines_that_pipenv_wrapped_end_with_the_next_process() -> None:
    other = "2025-04-09T11:05:25+00:00 app[web.1]: GET / 200\n"
    assert first_causes("[pipenv.exceptions.InstallError]: Collecting lxml\n" + other) == []


NODE_ONLY = "remote: -----> Node.js app detected\nremote: -----> Build succeeded!\n"
NO_GUNICORN = """\
2025-03-04T18:23:22+00:00 heroku[web.1]: Starting process with command `gunicorn clinic.wsgi`
2025-03-04T18:23:23+00:00 app[web.1]: bash: line 1: gunicorn: command not found
2025-03-04T18:23:23+00:00 heroku[web.1]: Process exited with status 127
"""


def test_where_only_nodejs_was_built_gunicorn_is_not_what_is_missing() -> None:
    assert first_causes(NODE_ONLY + NO_GUNICORN) == ["wrong-buildpack"]


def test_where_both_were_built_gunicorn_is() -> None:
    built = NODE_ONLY + "remote: -----> Python app detected\n"
    assert first_causes(built + NO_GUNICORN) == ["gunicorn-not-installed"]


def test_a_build_script_is_no_start_command() -> None:
    building = "==> Running build command './build.sh'...\n"
    refused = "bash: line 1: ./build.sh: Permission denied\n"
    assert first_causes(building + refused) == ["build-hook-fails"]
    starting = "==> Running './run.sh'\nbash: line 1: ./run.sh: Permission denied\n"
    assert first_causes(building + starting) == ["start-command-not-found"]


def _each(mark: str, text: str) -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


FORMS = {
    "a push": lambda text: _each("remote:        ", text),
    "BuildKit": lambda text: _each("#12 4.512 ", text),
    "GitHub Actions": lambda text: _each("2025-10-08T02:11:40.7003540Z ", text),
    "Cloud Build": lambda text: _each('Step #0 - "Build": ', text),
    "docker compose": lambda text: _each("web-1  | ", text),
    "a mail": lambda text: _each("> ", text),
    "Windows": lambda text: text.replace("\n", "\r\n") + "\r\n",
}
PREFIXED = ("remote:", "#1", "#9", "#2", "#8", "Step #", "app[web", "==> ", "heroku[", "-----> ")


@pytest.mark.parametrize("form", FORMS)
def test_a_build_says_the_same_in_every_form(form: str) -> None:
    plain = [line for line in LINES if not any(mark in line["text"] for mark in PREFIXED)]
    wrong = [
        line["text"][:80]
        for line in plain
        if first_causes(FORMS[form](line["text"])) != line["causes"]
    ]
    assert len(plain) > 200
    assert not wrong


GONE = "E: Package 'libgl1-mesa-glx' has no installation candidate"
LOST = "E: Failed to fetch http://deb.debian.org/debian/x.deb  404  Not Found [IP: 1.1.1.1 80]"
STEP = """\
 => ERROR [2/6] RUN apt-get update && apt-get install -y libgl1-mesa-glx  7.6s
------
 > [2/6] RUN apt-get update && apt-get install -y libgl1-mesa-glx:
4.655 Reading state information...
4.693 {}
------
ERROR: failed to solve: process "/bin/sh -c apt-get update" did not complete: exit code: 100
"""


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (STEP.format(GONE), GONE),
        (STEP.format(LOST), LOST),
        (f"-----> Fetching .debs\n       {GONE}\n !     Push rejected, failed to compile\n", GONE),
        ("E: Unable to locate package libgl1\n", "E: Unable to locate package libgl1"),
    ],
)
def test_what_apt_says_decides_and_not_the_heading_of_the_step(log: str, line: str) -> None:
    explanation = read(log)
    assert not explanation.first
    assert explanation.outside[0].quotes == (line,)


def test_where_apt_says_nothing_the_heading_is_quoted() -> None:
    explanation = read(STEP.format("done"))
    assert "=> ERROR [2/6]" in explanation.outside[0].quotes[0]


def test_a_list_that_apt_does_without_is_silent() -> None:
    explanation = read("W: " + LOST.removeprefix("E: ") + "\nSuccessfully built 0a1b2c3d4e5f\n")
    assert not explanation.first
    assert not explanation.outside


@pytest.mark.parametrize(
    "told",
    [
        "provide a main.py or app.py file or set an entrypoint with GOOGLE_ENTRYPOINT",
        'an entrypoint must be manually set, either with "GOOGLE_ENTRYPOINT" env var',
    ],
)
def test_googles_buildpack_is_told_of_no_process(told: str) -> None:
    log = f'Step #1 - "build": Failure: (ID: 7eb4de08) for Python, {told}\n'
    assert first_causes(log) == ["no-web-process"]
