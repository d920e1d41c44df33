"""What is pushed that had better stay at home: environments, huge files, Git LFS."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.buildpacks import told_buildpacks
from wherry.doctor.rules.files.circumstances import applies, built_by_buildpack
from wherry.findings import Change, Confidence, Evidence, FileSpan, Finding, Fix, How
from wherry.project.ignoring import IgnoreFile, read_patterns

# GitHub's own, of "About large files on GitHub": it is no host's number.
_GITHUB_LIMIT_BYTES: Final = 100 * 1024 * 1024
_PACKAGES: Final = re.compile(r"^(.+?)/(?:lib(?:64)?/python\d[\d.]*|Lib)/site-packages/[^/]+/")
_REFUSED: Final = (".venv", "venv")


def environments(context: Context) -> dict[str, str]:
    """Return the virtual environments that are pushed, each with a file that shows it."""
    files = context.project.files
    homes = {}
    for home in files.environments:
        entry = files.get(f"{home}/pyvenv.cfg")
        if entry is not None and entry.deployed:
            homes[home] = entry.path
    if any("/site-packages/" in path for path in files.paths):
        for entry in files:
            shown = _PACKAGES.match(entry.path) if entry.deployed else None
            if shown is not None and shown[1] not in homes:
                homes[shown[1]] = entry.path
    return homes


def _environment(context: Context) -> Iterator[Finding]:
    own = context.project.at_base(".heroku/python")
    if built_by_buildpack(context) and context.project.files.has_folder(own):
        # Where the buildpack itself puts Python.
        yield found("venv-committed", FileSpan(own), values={"folder": f"{own}/"})
    for home, shown in environments(context).items():
        inner = home.rpartition("/")
        at_root = inner[0] == context.project.base and inner[2] in _REFUSED
        by_marker = shown.endswith("pyvenv.cfg")
        refused = at_root and by_marker and built_by_buildpack(context)
        yield found(
            "venv-committed",
            FileSpan(shown),
            severity=Severity.ERROR if refused else Severity.WARNING,
            values={"folder": f"{home}/"},
            fix=_ignore(context, home),
        )


def _ignore(context: Context, home: str) -> Fix | None:
    """Keep the folder out from now on; what git tracks already, `git rm --cached` takes out."""
    text = context.project.text(".gitignore")
    if text is not None and f"/{home}/" in text.lines:
        return None
    before = None if text is None else text.content
    start = "" if before is None or before.endswith("\n") or not before else "\n"
    after = f"{before or ''}{start}/{home}/\n"
    return Fix(
        f"Name {home}/ in .gitignore (then: git rm -r --cached {home})",
        (Change(".gitignore", before, after),),
        safe=True,
    )


def _large(context: Context) -> Iterator[Finding]:
    project = context.project
    large = [
        entry
        for entry in project.files
        if entry.size_bytes > _GITHUB_LIMIT_BYTES and entry.deployed and not entry.symlink
    ]
    if not large or not _to_github(context):
        return
    lfs = _lfs_patterns(context)
    for entry in large:
        if not lfs.ignores(entry.path):
            yield found(
                "git-file-too-large",
                FileSpan(entry.path),
                confidence=Confidence.HIGH if entry.tracked else Confidence.MEDIUM,
                values={"file": entry.path, "model": entry.path},
                evidence=(
                    Evidence(
                        "the file's size",
                        entry.size_bytes,
                        How.MEASURED,
                        unit="bytes",
                        limit=_GITHUB_LIMIT_BYTES,
                    ),
                ),
            )


def _to_github(context: Context) -> bool:
    """Whether the repository is pushed to GitHub, or nothing says where to."""
    config = context.project.root / ".git" / "config"
    try:
        with config.open("rb") as file:
            text = file.read(100_000).decode("utf-8", "replace")
    except OSError:
        return True
    remotes = re.findall(r"^\s*url\s*=\s*(\S+)", text, re.MULTILINE)
    return not remotes or any("github" in url for url in remotes)


def _lfs_patterns(context: Context) -> IgnoreFile:
    text = context.project.text(".gitattributes")
    lines = [] if text is None else [_pattern(line) for line in text.lines]
    return read_patterns(".gitattributes", lines, negation=False)


def _pattern(line: str) -> str:
    """Return the pattern of a line that gives files to Git LFS; "" for any other line."""
    words = line.split()
    return words[0] if "filter=lfs" in words[1:] else ""


def _lfs(context: Context) -> Iterator[Finding]:
    if not applies(context, "git-lfs-unsupported-remote"):
        return
    told, _ = told_buildpacks(context)
    if any("lfs" in name.lower() for name in told):
        return
    patterns = _lfs_patterns(context)
    if not patterns.patterns:
        return
    held = [
        entry
        for entry in context.project.files
        if entry.deployed and entry.path != ".gitattributes" and patterns.ignores(entry.path)
    ]
    # Where pointers lie in the folder no LFS client is at work, and the push goes through:
    # what becomes of the pointers then is another cause.
    if not held or any(entry.lfs is not None for entry in held):
        return
    pattern = patterns.deciding(held[0].path)
    line = None if pattern is None else pattern.line
    text = context.project.text(".gitattributes")
    yield found(
        "git-lfs-unsupported-remote",
        FileSpan(".gitattributes", line, quote="" if text is None else text.line(line or 0)),
        FileSpan(held[0].path),
        confidence=Confidence.MEDIUM,
        values={"file": "" if pattern is None else pattern.text, "model": held[0].path},
        alternatives=("git-lfs-pointer",),
        settled_by="Deployed from GitHub, the push succeeds and the file stays a pointer.",
    )


RULES: Final = (
    Rule("venv-committed", ("venv-committed",), _environment),
    Rule("git-file-too-large", ("git-file-too-large",), _large),
    Rule("git-lfs-unsupported-remote", ("git-lfs-unsupported-remote",), _lfs),
)
