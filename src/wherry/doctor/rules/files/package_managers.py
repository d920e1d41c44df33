"""The dependency file: none where the host looks, several, or one without its lock."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.buildrules import managers
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import (
    built_by_buildpack,
    is_python,
    on_fir,
    runs_in_image,
)
from wherry.doctor.rules.files.commands import commands
from wherry.doctor.rules.files.project_not_at_root import all_in_folder
from wherry.findings import Change, FileSpan, Finding, Fix, Role, Span
from wherry.project.shell import split

_FROM_FILE: Final = re.compile(r"(?:^|\s)pip\d?\s.*?(?:-r|--requirement)[\s=]*([\w./-]+)")
_NO_LOCK: Final = ("pyproject.toml", "setup.py", "environment.yml", "environment.yaml")


def _missing(context: Context) -> Iterator[Finding]:
    project = context.project
    known = {manager.name for manager in managers.known(fir=on_fir(context))}
    there = known.intersection(project.requirements.managers)
    if not built_by_buildpack(context) or there or not is_python(context):
        return
    if project.deployed("Pipfile") and not on_fir(context):
        return
    folder = all_in_folder(context)
    finding = found(
        "no-package-manager-file",
        *_instead(context),
        values={"folder": folder or project.app or "app"},
        fix=_lead_there(context),
    )
    yield finding if not folder else replace(finding, role=Role.CONSEQUENCE)


def _lead_there(context: Context) -> Fix | None:
    """Return the fix that lets the host find a plain list that is called or kept otherwise."""
    project = context.project
    requirements = project.requirements
    right = project.at_base("requirements.txt")
    text = project.text(requirements.file) if requirements.manager == "pip" else None
    if text is None or right in project.files or project.deployed("Pipfile"):
        return None
    folder = posixpath.dirname(requirements.file)
    if folder == project.base and requirements.file.endswith(".txt"):
        changes = (
            Change(requirements.file, text.content, None),
            Change(right, None, text.content),
        )
        return Fix(f"Rename {requirements.file} to {right}", changes, safe=True)
    if folder != project.at_base("requirements"):
        return None
    include = posixpath.relpath(requirements.file, project.base or ".")
    what = f"Write a {right} that leads to {requirements.file}"
    return Fix(what, (Change(right, None, f"-r {include}\n"),), safe=True)


def _instead(context: Context) -> tuple[Span, ...]:
    """Return what there is in its stead: ignored, elsewhere, of another kind."""
    project = context.project
    for name in managers.FILES.values():
        entry = project.files.get(project.at_base(name))
        if entry is not None:
            return (FileSpan(entry.path, quote="kept out by an ignore file"),)
    if project.requirements.file:
        return (FileSpan(project.requirements.file),)
    for name in _NO_LOCK:
        if project.deployed(name):
            return (FileSpan(project.at_base(name)),)
    manage = project.files.named("manage.py")
    return (FileSpan(manage[0].path if manage else project.files.sources[0].path),)


def _several(context: Context) -> Iterator[Finding]:
    project = context.project
    there = project.requirements.managers
    if not built_by_buildpack(context) or len(there) < 2:
        return
    names = [project.at_base(managers.FILES[manager]) for manager in there]
    yield found(
        "several-package-managers",
        *(FileSpan(name) for name in names),
        values={"files": " and ".join(names), "file": names[-1]},
    )


def _pipfile(context: Context) -> Iterator[Finding]:
    project = context.project
    path = project.deployed("Pipfile")
    if built_by_buildpack(context) and path and not project.deployed("Pipfile.lock"):
        yield found("pipfile-without-lock", FileSpan(path))


def _named(context: Context) -> Iterator[Finding]:
    """Report a requirements file that the host's own commands, or the image's, do not find."""
    if built_by_buildpack(context):
        return
    for where, path in _installed_from(context):
        entry = context.project.files.get(path)
        if entry is None or not entry.deployed:
            yield found("no-package-manager-file", where)


def _installed_from(context: Context) -> Iterator[tuple[FileSpan, str]]:
    project = context.project
    for process in commands(context):
        if process.name == "build":
            for item in process.invocations:
                for name in _FROM_FILE.findall(" ".join(item.words)):
                    path = posixpath.join(project.base, item.folder, name)
                    yield process.where, posixpath.normpath(path)
    if runs_in_image(context) and project.dockerfile is not None:
        home = posixpath.dirname(project.dockerfile.path)
        for step in project.dockerfile.named("COPY", "ADD"):
            words = [word for word in split(step.text) if not word.startswith("--")]
            if "--from" in step.text or step.words is not None or len(words) < 2:
                continue
            for word in words[:-1]:
                # A pattern may match nothing, a variable anything; the context may be elsewhere.
                if word.endswith("requirements.txt") and not set(word) & set("*?[$"):
                    path = posixpath.normpath(posixpath.join(home, word.lstrip("/")))
                    yield project.dockerfile.at(step), path


RULES: Final = (
    Rule("requirements-file-named", ("no-package-manager-file",), _named),
    Rule("no-package-manager-file", ("no-package-manager-file",), _missing),
    Rule("several-package-managers", ("several-package-managers",), _several),
    Rule("pipfile-without-lock", ("pipfile-without-lock",), _pipfile),
)
