"""``diagnose``: look at a project, ask every rule, and put together what they say."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wherry.buildrules.pythons import deprecated, supported
from wherry.causes import catalogue as causes
from wherry.doctor import resolving
from wherry.doctor.baseline import read_baseline
from wherry.doctor.configuration import Configuration, is_broken, joined, read_configuration
from wherry.doctor.diagnosis import Diagnosis, once
from wherry.doctor.environment import read_environment
from wherry.doctor.ignores import Ignore, Ignores, read_ignores
from wherry.doctor.merging import merge
from wherry.doctor.rule import Context, Rule
from wherry.doctor.rules import catalogue
from wherry.doctor.rules.estimates.predictions import Predictions, predict
from wherry.doctor.rules.files import pythons
from wherry.doctor.selection import Selection, select
from wherry.doctor.silencing import without_ignored, without_known
from wherry.findings import Finding, Skipped
from wherry.platforms import hosts
from wherry.platforms.hosts import Target
from wherry.project.host_python import host_python, uses_image
from wherry.project.project import Project, read_project


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks for; what is left open, ``[tool.wherry]`` says, or nobody.

    Attributes:
        platform: "" for the project's own choice, or the default.
        app: The folder that the host builds from; None for the project's own choice.
        environment: An interpreter or its folder to compare with; "" for the active one; None
            for none.
        baseline: A file with what was known before.
    """

    platform: str = ""
    app: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    offline: bool = False
    environment: str | None = None
    baseline: Path | None = None


def diagnose(root: Path, options: Options | None = None) -> Diagnosis:
    """Return what would keep a project from building, booting, fitting and answering.

    Reads the project, and neither runs nor changes anything of it. Not checked here: what only a
    running app shows, which ``wherry explain`` reads from its log.

    Raises:
        InvalidInput: there is no such folder.
        ConfigurationError: an option or ``[tool.wherry]`` says something that cannot be.
    """
    options = options or Options()
    configuration = read_configuration(root)
    target = hosts.get(options.platform or configuration.platform or hosts.DEFAULT)
    chosen = select(
        options.select or configuration.select, joined(options.ignore, configuration.ignore)
    )
    known = _known(root, options, configuration)
    project = read_project(root, options.app if options.app is not None else configuration.app)
    context = _context(project, target, options)
    found, mistakes = _ask(context, chosen)
    predictions, unpredicted = _predict(context)
    ignores = read_ignores(project)
    heard = without_ignored(merge(found), ignores, configuration)
    new = without_known(heard.findings, known)
    return Diagnosis(
        root=project.root,
        target=target,
        python=host_python(project, target),
        python_asked=_is_asked(project, target),
        framework=project.code.framework,
        files=sum(entry.deployed for entry in project.files),
        findings=new.findings,
        predictions=predictions,
        skipped=once((*_skipped(root, context), *mistakes, *unpredicted)),
        unused_ignores=_unused(ignores, chosen, context),
        silenced=heard.places,
        known=new.places,
        gone=known.total(),
        offline=options.offline,
        nothing=_nothing(project),
    )


def _known(root: Path, options: Options, configuration: Configuration) -> Counter[str]:
    if options.baseline is not None:
        return read_baseline(options.baseline)
    return read_baseline(root / configuration.baseline) if configuration.baseline else Counter()


def _context(project: Project, target: Target, options: Options) -> Context:
    asked = options.environment
    context = Context(
        project=project,
        target=target,
        python=host_python(project, target),
        offline=options.offline,
        environment=None if asked is None else read_environment(asked),
    )
    context = replace(context, python=_python_built(context))
    return context if options.offline else replace(context, resolution=resolving.resolve(context))


def _python_built(context: Context) -> tuple[int, int] | None:
    """Return the Python that the other rules go by: the one advised where the host has not it.

    What does not fit that one is told at once, and not only after the first fault is mended.
    """
    asked, target = context.python, context.target
    builds = (*supported(target), *deprecated(target))
    image = uses_image(context.project, target.platform.name)
    if asked is None or image or not builds or asked in builds:
        return asked
    return pythons.best(context, asked)


def _is_asked(project: Project, target: Target) -> bool:
    """Whether the project says which Python it wants, in a file for it or as its image."""
    image = uses_image(project, target.platform.name)
    return image or project.python_version.version is not None


def _ask(context: Context, chosen: Selection) -> tuple[list[Finding], list[Skipped]]:
    """Ask every rule that may say something that the user wants to hear."""
    found: list[Finding] = []
    mistakes = []
    for rule in catalogue.RULES:
        if not any(chosen.holds(causes.cause(name)) for name in rule.causes):
            continue
        try:
            said = list(rule.check(context))
        except Exception as error:  # noqa: BLE001 - one rule's mistake must not hide the others
            mistakes.append(_mistake(f"what the rule {rule.name} looks for", error))
            continue
        found += [item for item in said if chosen.holds(item.cause) and _occurs(item, context)]
    return found, mistakes


def _occurs(finding: Finding, context: Context) -> bool:
    """Whether its cause can be met on the platform at all."""
    platforms = finding.cause.platforms
    return platforms is None or not platforms.isdisjoint(context.target.families)


def _predict(context: Context) -> tuple[Predictions | None, tuple[Skipped, ...]]:
    """Return what is predicted of an app that the host can install, and what could not be."""
    if not context.project.requirements.declared and context.project.requirements.lock is None:
        return None, ()
    try:
        return predict(context), ()
    except Exception as error:  # noqa: BLE001 - as with a rule, the findings are still told
        return None, (_mistake("the size of the slug and the memory", error),)


def _mistake(what: str, error: Exception) -> Skipped:
    return Skipped(
        what,
        f"Wherry itself has a mistake there ({type(error).__name__}: {error}); please report it",
    )


def _skipped(root: Path, context: Context) -> Iterator[Skipped]:
    broken = is_broken(root)
    if broken:
        yield Skipped("pyproject.toml", broken)
    yield from context.project.skipped
    yield from context.project.code.skipped
    if context.resolution is not None:
        yield from context.resolution.skipped
    elif context.offline and context.project.requirements.declared:
        yield Skipped(
            "what the package index knows of the requirements",
            "--offline was given; what the built-in tables know was used instead",
        )


def _nothing(project: Project) -> str:
    """Return why there is nothing to look at in a folder, or ""."""
    files = project.files
    told = project.procfile, project.dockerfile, project.requirements.file
    if any(told) or any(files.is_source(entry.path) and entry.suffix == ".py" for entry in files):
        return ""
    unread = f" ({project.skipped[0].reason})" if project.skipped else ""
    return (
        f"Nothing in {project.root} could be inspected{unread}: there is no Python file, no "
        "Procfile, no Dockerfile and no dependency file. Name the project's folder: "
        "`wherry doctor FOLDER`."
    )


def _unused(ignores: Ignores, chosen: Selection, context: Context) -> tuple[Ignore, ...]:
    looked_for = {
        cause.code for cause in map(causes.cause, _names(catalogue.RULES)) if chosen.holds(cause)
    }
    if context.resolution is None:
        # Without the index nobody can say that there was nothing to silence.
        looked_for -= {causes.cause(name).code for name in _names(catalogue.NEED_THE_INDEX)}
    return ignores.unused(looked_for)


def _names(rules: Iterable[Rule]) -> Iterator[str]:
    return (name for rule in rules for name in rule.causes)
