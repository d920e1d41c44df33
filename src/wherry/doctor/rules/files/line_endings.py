"""Scripts with Windows line endings, which Linux does not run."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import built_by_buildpack, runs_in_image
from wherry.doctor.rules.files.commands import commands
from wherry.findings import Change, Confidence, FileSpan, Finding, Fix
from wherry.project import scripts
from wherry.project.documents import string
from wherry.project.ignoring import read_patterns
from wherry.project.shell import Invocation, invocations, of_words, split

_HOOKS: Final = ("bin/pre_compile", "bin/post_compile")
_STARTS: Final = ("CMD", "ENTRYPOINT")
_BUILD_SCRIPT: Final = "build.sh"
_WITHOUT_RETURNS: Final = re.compile(
    r"\bdos2unix\s+[^&|;]*[\w*/{]|\bfromdos\s|\bsed\b[^&;]*\\(?:r|x0[dD]|015)|\btr\s+-d\s*[\"']?\\r"
)
_UNIX: Final = re.compile(r"(?<![-!\w])(?:eol=lf|text(?:=auto)?)(?:\s|$)")
_WINDOWS: Final = "eol=crlf"


def _check(context: Context) -> Iterator[Finding]:
    scripts_run = dict.fromkeys(_likely(context), Confidence.MEDIUM)
    scripts_run.update(dict.fromkeys(_scripts(context), Confidence.HIGH))
    for path, confidence in scripts_run.items():
        text = context.project.text(path)
        if text is None or not text.crlf or _mended_by_git(context, path):
            continue
        if _mended_on_the_way(context, path):
            continue
        unix = text.content.replace("\r\n", "\n")
        yield found(
            "crlf-line-endings",
            FileSpan(path, 1, quote=text.line(1)),
            confidence=confidence,
            values={"file": path},
            fix=Fix(
                f"Give {path} Unix line endings",
                (Change(path, text.content, unix),),
                safe=True,
            ),
        )


def _scripts(context: Context) -> Iterator[str]:
    """Yield the scripts that the host runs."""
    project = context.project
    for invocation in _started(context):
        path = scripts.script_of(project, invocation)
        if not path and invocation.written.startswith("./"):
            path = scripts.find(project, invocation.written, invocation.folder)
        path = path or _copied(context, invocation)
        if path and project.files.deployed(path):
            yield path
    if built_by_buildpack(context):
        for hook in _HOOKS:
            path = project.deployed(hook)
            if path:
                yield path


def _likely(context: Context) -> Iterator[str]:
    """Yield the build script of Render's own guide, where no file says what Render runs."""
    project = context.project
    if context.target.platform.name != "render" or runs_in_image(context):
        return
    if any(service.host == "render" for service in project.services):
        return
    path = project.deployed(_BUILD_SCRIPT)
    text = project.text(path) if path else None
    if text is not None and "pip install" in text.content:
        yield path


def _started(context: Context) -> Iterator[Invocation]:
    project = context.project
    for process in commands(context):
        yield from process.invocations
    for command, home in _other_commands(context):
        yield from scripts.started_in(project, command, home)
    if runs_in_image(context) and project.dockerfile is not None:
        ends = [step for step in project.dockerfile.last_stage if step.name in _STARTS]
        for step in (*project.dockerfile.named("RUN"), *ends):
            found = invocations(step.text) if step.words is None else of_words(step.words)
            yield from scripts.expanded(project, found)


def _other_commands(context: Context) -> Iterator[tuple[str, str]]:
    """Yield the commands that no build without an image has, each with where it runs."""
    project = context.project
    server = project.server(context.target.platform.name)
    if server is not None and not server.where.path.endswith("Dockerfile"):
        yield server.command, server.folder
    yield from ((command, "") for command in _app_scripts(context))
    if not runs_in_image(context):
        return
    if context.target.platform.name == "heroku" and project.heroku_yml is not None:
        yield from ((command, "") for command in project.heroku_yml.run.values())
    for service in project.services:
        if service.host == context.target.platform.name:
            yield service.start_command, service.root
            yield service.release_command, service.root


def _app_scripts(context: Context) -> Iterator[str]:
    """Yield what app.json has Heroku and Dokku run around a release."""
    path = context.project.deployed("app.json")
    platform = context.target.platform.name
    document = context.project.document(path) if path else None
    if document is None or document.problem is not None or platform not in ("heroku", "dokku"):
        return
    keys = ("scripts", "dokku") if platform == "dokku" else ("scripts",)
    yield from map(string, document.table(*keys).values())


def _copied(context: Context, invocation: Invocation) -> str:
    """Return the script that the image was given under another name or in another folder."""
    dockerfile = context.project.dockerfile
    if dockerfile is None or not runs_in_image(context):
        return ""
    words = invocation.words[1:] if invocation.program in ("sh", "bash") else invocation.words
    wanted = next((posixpath.basename(word) for word in words if not word.startswith("-")), "")
    for step in dockerfile.named("COPY", "ADD"):
        parts = list(step.words) if step.words else split(step.text)
        *sources, target = [word for word in parts if not word.startswith("--")] or [""]
        if any(word.startswith("--from") for word in parts):
            continue
        for source in sources:
            name = posixpath.basename(source if target.endswith(("/", ".")) else target)
            path = scripts.find(context.project, source)
            if path and wanted in (name, posixpath.basename(source)):
                return path
    return ""


def _mended_on_the_way(context: Context, path: str) -> bool:
    """Whether what is run takes the carriage returns out of the script first."""
    project = context.project
    lines = [command for command, _ in _other_commands(context)]
    lines += [process.command for process in commands(context)]
    if runs_in_image(context) and project.dockerfile is not None:
        lines += [step.text for step in project.dockerfile.named("RUN")]
    name = re.escape(posixpath.basename(path))
    return any(
        _WITHOUT_RETURNS.search(line) and re.search(rf"{name}\b|\*|\bfind\b|\s\.?/?$", line)
        for line in lines
    )


def _mended_by_git(context: Context, path: str) -> bool:
    """Whether .gitattributes has git store the script with Unix line endings."""
    text = context.project.text(".gitattributes")
    lines = [] if text is None else text.lines
    told = [
        line.split()[0] if line.split() and _UNIX.search(line) and _WINDOWS not in line else ""
        for line in lines
    ]
    return read_patterns(".gitattributes", told, negation=False).ignores(path)


RULE: Final = Rule("crlf-line-endings", ("crlf-line-endings",), _check)
