"""What the project settles that a log leaves open: is the file there, whose module is it."""

import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from wherry.causes import catalogue
from wherry.explain.explanation import Explanation
from wherry.findings import Confidence, FileSpan, Finding
from wherry.project.files import FileEntry
from wherry.project.project import Project


def settle(explanation: Explanation, project: Project) -> Explanation:
    """Return the explanation with what the project tells beside it."""
    findings = tuple(_settled(finding, project) for finding in explanation.findings)
    return replace(explanation, findings=findings, skipped=explanation.skipped + project.skipped)


def _settled(finding: Finding, project: Project) -> Finding:
    rule = _RULES.get(finding.cause.name)
    if rule is not None:
        finding = rule(finding, project)
    return _filled(_placed(finding, project), project)


def _filled(finding: Finding, project: Project) -> Finding:
    """Say the project's own names in the remedies."""
    values = dict(finding.values)
    packages = _served(project)
    if packages:
        values.setdefault("project", packages[0])
    if project.requirements.file:
        values.setdefault("requirements", project.requirements.file)
    return replace(finding, values=values)


def _placed(finding: Finding, project: Project) -> Finding:
    """Add the line of the requirement that the log complains of."""
    package = finding.values.get("package", "")
    asked = project.requirements.get(package) if package else None
    if asked is None:
        return finding
    span = FileSpan(asked.file, asked.line, quote=asked.raw)
    return replace(finding, where=(*finding.where, span))


def _served(project: Project) -> list[str]:
    """Return the packages with a wsgi.py, as dotted names seen from the app's folder."""
    prefix = f"{project.app}/" if project.app else ""
    return [
        entry.folder.removeprefix(prefix).replace("/", ".")
        for entry in project.files
        if entry.name == "wsgi.py" and entry.deployed and entry.path.startswith(prefix)
        and entry.folder != project.app
    ]  # fmt: skip


def _known_as(finding: Finding, known_as: str, **values: str) -> Finding:
    """Return the finding as one of another cause, which nothing else fits beside."""
    cause = catalogue.cause(known_as)
    return replace(
        finding,
        cause=cause,
        severity=cause.severity,
        confidence=Confidence.HIGH,
        alternatives=(),
        settled_by="",
        values={**finding.values, **values},
    )


def _module(finding: Finding, project: Project) -> Finding:
    """A module of the project's own is not missing from the requirements."""
    module = finding.values.get("module") or finding.values.get("name") or ""
    if not module:
        return finding
    path = module.replace(".", "/")
    wanted = (f"{path}.py", f"{path}/__init__.py")
    for entry in project.files:
        own = any(_ends(entry.path, name) for name in wanted)
        if not own and any(_ends(entry.path.lower(), name.lower()) for name in wanted):
            return _known_as(finding, "import-case-mismatch", name=module, file=entry.path)
        if own and not entry.deployed:
            return replace(
                finding,
                settled_by=f"{entry.path} is here, and git ignores it: it is not deployed",
            )
        if own and finding.cause.name == "dependency-not-in-requirements":
            return _known_as(finding, "wsgi-module-not-found", module=module, folder=_above(entry))
    return finding


def _above(entry: FileEntry) -> str:
    return posixpath.dirname(entry.folder) or entry.folder or "."


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith(f"/{name}")


def _model(finding: Finding, project: Project) -> Finding:
    """Whether the file is in the project, in git, under this path."""
    path = finding.values.get("model", "").replace("\\", "/")
    name = path.rpartition("/")[2]
    found = [entry for entry in project.files if entry.name == name]
    if not name or not found:
        return finding
    entry = found[0]
    if entry.lfs is not None:
        return _known_as(finding, "git-lfs-pointer", model=entry.path)
    if not entry.deployed or entry.tracked is False:
        return _known_as(finding, "model-missing-from-git", model=entry.path)
    if not path.startswith("/"):
        return _known_as(finding, "model-path-cwd-relative", path=path, model=entry.path)
    return finding


def _signature(finding: Finding, project: Project) -> Finding:
    """Whether what is deployed is a pointer of Git LFS."""
    models = [entry for entry in project.files if entry.suffix in _MODELS and entry.deployed]
    pointers = [entry for entry in models if entry.lfs is not None]
    if pointers:
        return _known_as(finding, "git-lfs-pointer", model=pointers[0].path)
    if models and finding.cause.name == "git-lfs-pointer":
        return _known_as(finding, "model-file-corrupt")
    return finding


def _template(finding: Finding, project: Project) -> Finding:
    """Whether the template is there, in other letters."""
    wanted = finding.values.get("template", "")
    for entry in project.files:
        if _ends(entry.path.lower(), wanted.lower()) and not _ends(entry.path, wanted):
            return _known_as(finding, "import-case-mismatch", name=wanted, file=entry.path)
    return finding


_MODELS: Final = frozenset((".h5", ".hdf5", ".keras"))
_RULES: Final[dict[str, Callable[[Finding, Project], Finding]]] = {
    "dependency-not-in-requirements": _module,
    "import-case-mismatch": _module,
    "model-path-missing": _model,
    "git-lfs-pointer": _signature,
    "model-file-corrupt": _signature,
    "template-missing": _template,
}
