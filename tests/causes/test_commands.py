"""Every command that a remedy or a check names can be typed."""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources

import gunicorn.config
import pytest
from django.core.management import find_commands

from wherry.causes.catalogue import CATALOGUE
from wherry.causes.cause import Cause
from wherry.causes.filling import fill

# Verbs that another part of Wherry brings; the rest of them are asked of the command line itself.
WHERRY = {"shrink", "inspect", "verify", "bundle", "serve", "doctor"}
# The platforms' command lines are not on this machine; these commands are in their references.
HEROKU = """
addons:attach addons:create auth:whoami buildpacks buildpacks:add buildpacks:remove buildpacks:set
builds:cache:purge config:get config:set config:unset container:push container:release domains
domains:add labs:enable local logs maintenance maintenance:off pg:backups:capture pg:info pg:ps
pg:upgrade:run plugins:install ps ps:restart ps:scale ps:type redis:info releases releases:output
run stack stack:set status
"""
DOKKU = """
buildpacks:add buildpacks:clear config:set config:unset git:set logs nginx:set postgres:create
postgres:link postgres:upgrade proxy:build-config ps:rebuild ps:scale resource:limit run
storage:mount
"""
FLY = "auth deploy logs postgres scale secrets status volumes"
RAILWAY = "add redeploy variables whoami"
GCLOUD = "beta billing run"
DOCKER = "build buildx image pull run system"
PLATFORMS = {
    "heroku": HEROKU,
    "dokku": DOKKU,
    "fly": FLY,
    "railway": RAILWAY,
    "gcloud": GCLOUD,
    "docker": DOCKER,
    "gh": "release",
    "render": "whoami",
    "npm": "ci run",
    "pipenv": "lock",
    "poetry": "lock",
    "uv": "add lock pip python run",
    "pip": "check freeze install list uninstall",
    "wsl": "--install",
    "winget": "install",
}
# Programs of the system, and what the remedy installs first or says that it needs.
PROGRAMS = """
apachectl celery cd chmod curl df dig du env fallocate file gdown grep iconv ldd mkdir mkswap mv
printf qm ruff sed seq sort ss swapon tail tf_upgrade_v2 time touch wc xargs django-upgrade
Out-File
"""


def commands(entry: Cause) -> Iterator[str]:
    for remedy in entry.remedies:
        yield from map(fill, remedy.commands)
    yield from map(fill, entry.check.commands)


def words(command: str) -> Iterator[list[str]]:
    """The words of each program that a line starts, without variables before it."""
    lexer = shlex.shlex(command.replace("2>&1", ""), posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    lexer.commenters = ""
    program: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) <= set("|&;"):
            if program:
                yield program
            program = []
        elif program or not re.fullmatch(r"[A-Z_]+=.*", token):
            program.append(token)


LINES = [
    pytest.param(program, id=f"{entry.code}-{' '.join(program)[:60]}")
    for entry in CATALOGUE
    for command in commands(entry)
    for program in words(command)
]


@pytest.mark.parametrize("program", LINES)
def test_the_program_is_one(program: list[str]) -> None:
    name, *arguments = program
    if name in PLATFORMS:
        assert arguments[0] in PLATFORMS[name].split()
    elif name == "wherry":
        assert arguments[0] in WHERRY
    elif name == "git":
        assert arguments[0] in GIT
    elif name == "python":
        assert_python(arguments)
    elif name == "gunicorn":
        assert_gunicorn(arguments)
    else:
        assert name in PROGRAMS.split()


def git_commands() -> set[str]:
    """What this machine's git knows, and two extensions of it that the remedies name."""
    listed = subprocess.run(
        ["git", "--list-cmds=main,others"], capture_output=True, text=True, check=True
    )
    return {*listed.stdout.split(), "lfs", "filter-repo", "subtree"}


GIT = git_commands() if shutil.which("git") else set()


DJANGO = {
    command
    for app in ("django.core", "django.contrib.staticfiles")
    for command in find_commands(str(resources.files(app) / "management"))
}


def assert_python(arguments: list[str]) -> None:
    while arguments and arguments[0] in ("-W", "-X"):
        arguments = arguments[2:]
    if arguments and re.match(r"-[WX].", arguments[0]):
        arguments = arguments[1:]
    what, *rest = arguments
    if what.endswith("manage.py"):
        assert rest[0] in DJANGO
    elif what == "-c":
        compile(rest[0], "remedy", "exec")
    elif what == "-m":
        assert rest[0] in {"pip", "pickletools", "compileall", "django", "nltk.downloader"}
    else:
        assert what == "predict.py"


def assert_gunicorn(arguments: list[str]) -> None:
    """Its own parser takes them."""
    parser = gunicorn.config.Config().parser()
    options = parser.parse_args(arguments)
    assert len(options.args) == 1
    assert ".wsgi" in options.args[0] or ".asgi" in options.args[0] or ":" in options.args[0]


PROCFILE = [
    pytest.param(line, id=f"{entry.code}-{line[:60]}")
    for entry in CATALOGUE
    for remedy in entry.remedies
    for item in remedy.edits
    if fill(item.file) == "Procfile"
    for line in fill(item.text).splitlines()
]


@pytest.mark.parametrize("line", PROCFILE)
def test_lines_of_a_procfile(line: str) -> None:
    kind, command = line.split(": ", 1)
    assert kind in {"web", "worker", "release"}
    program = shlex.split(command)
    if program[0] == "gunicorn":
        assert_gunicorn(program[1:])
    elif program[0] == "wherry":
        assert program[1] == "serve"
    else:
        assert program[0] in {"python", "celery", "uvicorn"}


@pytest.mark.parametrize(
    "entry",
    [entry for entry in CATALOGUE if any("wherry " in line for line in commands(entry))],
    ids=lambda entry: entry.code,
)
def test_the_command_line_takes_what_a_remedy_types(
    entry: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the verb does with it afterwards."""
    from wherry import cli
    from wherry.cli.verbs import USAGE_ERROR

    assert USAGE_ERROR == 2
    verbs = {module.__name__.rpartition(".")[2] for module in cli.VERBS}
    parse = argparse.ArgumentParser.parse_args
    seen: list[argparse.Namespace] = []

    def parse_only(self: argparse.ArgumentParser, *given: object, **named: object) -> object:
        options = parse(self, *given, **named)  # type: ignore[call-overload]
        seen.append(options)
        return argparse.Namespace(verb=lambda _: 0)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_only)
    for command in commands(entry):
        for program in words(command):
            if program[0] == "wherry" and program[1] in verbs:
                assert cli.main(program[1:]) == 0
                assert seen


def test_python_is_this_one() -> None:
    """The code of ``python -c`` was compiled by the Python that the tests run on."""
    assert sys.version_info >= (3, 12)
