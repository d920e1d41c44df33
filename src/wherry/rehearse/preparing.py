"""From a folder to a slug: the push and the build, or a slug that was there before."""

from pathlib import Path
from typing import Final

from wherry.errors import InvalidInput
from wherry.findings import Evidence, FileSpan, Finding, How, LogSpan
from wherry.project.project import read_project
from wherry.rehearse.build.build import build
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.recording import packages_of, read_slug
from wherry.rehearse.build.slug import Slug
from wherry.rehearse.judging.situation import finding
from wherry.rehearse.push.push import push
from wherry.rehearse.push.pushed import Pushed, PushFailed
from wherry.rehearse.run import CouldNotRehearse, Run, Stopped

_MOST_NAMED: Final = 5


def prepare(run: Run, work: Path) -> None:
    """Leave a slug in the run.

    Raises:
        Stopped: the platform would refuse.
        CouldNotRehearse: this machine cannot go on.
    """
    if run.options.slug is not None:
        with run.step("slug", str(run.options.slug)):
            _take(run, run.options.slug)
        return
    with run.step("push"):
        _push(run, work / "pushed")
    if run.options.only != "push":
        with run.step("build"):
            _build(run)


def _push(run: Run, into: Path) -> None:
    try:
        run.pushed = push(
            run.options.project,
            into,
            working_tree=run.options.working_tree,
            limit_bytes=run.limits.source_limit_bytes,
            slugignore=run.limits.slug_limit_bytes is not None,
        )
    except PushFailed as problem:
        if not problem.cause:
            raise CouldNotRehearse(str(problem)) from None
        run.known.append(finding(problem.cause, where=_quoted(problem.lines, "push")))
        raise Stopped("push", str(problem)) from None
    run.project = read_project(into, run.options.app)
    for text in _told(run.pushed):
        run.remark("push", text)


def _told(pushed: Pushed) -> list[str]:
    said = list(pushed.remarks)
    if pushed.uncommitted:
        said.append(f"Not committed, and so not pushed: {_named(pushed.uncommitted)}.")
    if pushed.untracked:
        said.append(f"Unknown to git, and so not pushed: {_named(pushed.untracked)}.")
    if pushed.pointers:
        paths = tuple(path for path, _ in pushed.pointers)
        said.append(f"Git LFS pointers stay pointers: {_named(paths)}.")
    return said


def _named(paths: tuple[str, ...]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _build(run: Run) -> None:
    if run.pushed is None or run.options.cache is None:
        raise CouldNotRehearse("There is nothing to build.")
    try:
        slug = build(
            run.pushed.folder,
            run.target,
            run.limits,
            cache=run.options.cache,
            env=run.options.config_vars,
            sink=run.emit,
            commit=run.pushed.commit,
        )
    except BuildFailed as problem:
        if problem.of_this_machine:
            raise CouldNotRehearse(str(problem)) from None
        if problem.cause:
            run.known.append(_of_build(problem, run))
        raise Stopped("build", str(problem)) from None
    use(run, slug)
    for text in slug.remarks:
        run.remark("build", text)
    if run.options.only == "build":
        run.remark("slug", f"It is kept as {slug.path}, which --slug takes.")


def _of_build(problem: BuildFailed, run: Run) -> Finding:
    evidence = []
    if problem.cause == "slug-too-large" and "size_bytes" in problem.values:
        evidence.append(
            Evidence(
                "compressed slug",
                float(problem.values["size_bytes"]),
                How.MEASURED,
                unit="bytes",
                limit=run.limits.slug_limit_bytes,
            )
        )
    return finding(
        problem.cause,
        where=(*(FileSpan(path) for path in problem.files), *_quoted(problem.lines, "build")),
        evidence=evidence,
        values=problem.values,
    )


def _quoted(lines: tuple[str, ...], process: str) -> tuple[LogSpan, ...]:
    """Quote the platform's refusal: what it marks with an exclamation mark."""
    said = [(number, line) for number, line in enumerate(lines, 1) if line.lstrip().startswith("!")]
    said = [(number, line) for number, line in said if line.strip() != "!"][:6]
    if not said:
        return ()
    return (LogSpan(tuple(n for n, _ in said), tuple(line for _, line in said), process),)


def use(run: Run, slug: Slug) -> None:
    """Take a slug as the one that is run."""
    run.slug = slug
    run.commands = slug.process_types
    run.packages = run.packages | packages_of(slug)


def _take(run: Run, path: Path) -> None:
    """Use a slug that was made before, as far as it tells of itself."""
    try:
        slug, run.packages = read_slug(path.resolve())
    except InvalidInput as problem:
        raise CouldNotRehearse(str(problem)) from None
    use(run, slug)
    if run.options.project.is_dir():
        run.project = read_project(run.options.project, run.options.app)
