"""Scripts with Windows line endings, which Linux does not run."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import built_by_buildpack, runs_in_image
from wherry.doctor.rules.files.commands import commands
from wherry.findings import Change, FileSpan, Finding, Fix
from wherry.project import scripts
from wherry.project.ignoring import read_patterns
from wherry.project.shell import Invocation, invocations, of_words

_HOOKS: Final = ("bin/pre_compile", "bin/post_compile")
_UNIX: Final = re.compile(r"\b(?:eol=lf|text(?:=auto)?)(?:\s|$)")


def _check(context: Context) -> Iterator[Finding]:
    for path in dict.fromkeys(_scripts(context)):
        text = context.project.text(path)
        if text is None or not text.crlf or _mended_by_git(context, path):
            continue
        unix = text.content.replace("\r\n", "\n")
        yield found(
            "crlf-line-endings",
            FileSpan(path, 1, quote=text.line(1)),
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
        if path and project.files.deployed(path):
            yield path
    if built_by_buildpack(context):
        for hook in _HOOKS:
            path = project.deployed(hook)
            if path:
                yield path


def _started(context: Context) -> Iterator[Invocation]:
    project = context.project
    for process in commands(context):
        yield from process.invocations
    if runs_in_image(context) and project.dockerfile is not None:
        for step in project.dockerfile.last_stage:
            if step.name in ("CMD", "ENTRYPOINT"):
                yield from invocations(step.text) if step.words is None else of_words(step.words)


def _mended_by_git(context: Context, path: str) -> bool:
    """Whether .gitattributes has git store the script with Unix line endings."""
    text = context.project.text(".gitattributes")
    lines = [] if text is None else text.lines
    told = [line.split()[0] if _UNIX.search(line) and line.split() else "" for line in lines]
    return read_patterns(".gitattributes", told, negation=False).ignores(path)


RULE: Final = Rule("crlf-line-endings", ("crlf-line-endings",), _check)
