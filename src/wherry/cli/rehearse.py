"""``wherry rehearse``: what the platform would do with a project, done here."""

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wherry.cli.verbs import FOUND, NOTHING_INSPECTED, Verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wherry.explain.explanation import Explanation
    from wherry.findings import Finding
    from wherry.rehearse.options import Options
    from wherry.rehearse.rehearsal import Rehearsal

STOPS = ("push", "build", "boot", "load")
THRESHOLDS = ("error", "warning", "note", "never")
ROUTERS = ("2.0", "legacy")


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "rehearse",
        help="push, build, boot and load a project here as the platform would",
        description="Takes what a push takes, builds it as the buildpack does, runs it under the "
        "platform's limits behind the platform's router, sends it requests, restarts it under "
        "load, and says what would have happened. No account, no Docker. Status 0 if it would "
        "run, 1 if something is as bad as --fail-on, 2 if it cannot be asked so, 3 if it could "
        "not be rehearsed here.",
    )
    parser.add_argument("project", nargs="?", type=Path, default=Path(), metavar="FOLDER")
    parser.add_argument("--platform", default="", help="heroku:eco by default")
    parser.add_argument(
        "--only", choices=STOPS, help="stop after it; load starts from a finished --slug"
    )
    _add_input(parser)
    _add_run(parser)
    _add_traffic(parser)
    _add_output(parser)
    parser.set_defaults(verb=_rehearse)


def _add_input(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is pushed")
    group.add_argument("--app", metavar="FOLDER", help="the part of the project that is deployed")
    group.add_argument(
        "--working-tree", action="store_true", help="the folder as it lies, not the last commit"
    )
    group.add_argument("--slug", type=Path, metavar="FILE", help="a finished slug instead")
    group.add_argument(
        "--env-file", type=Path, metavar="FILE", help="the config vars, as NAME=value lines"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is run")
    group.add_argument(
        "--processes",
        type=_words,
        default=(),
        metavar="NAMES",
        help="process types to run beside web: worker,clock",
    )
    group.add_argument(
        "--cpu", type=_positive, metavar="SHARE", help="so many CPUs for each dyno: 0.5"
    )
    group.add_argument(
        "--allow-remote",
        action="store_true",
        help="let it use services on other machines, as the config vars say",
    )
    group.add_argument("--router", choices=ROUTERS, default=ROUTERS[0])
    group.add_argument("--overlay", default="", help=argparse.SUPPRESS)


def _add_traffic(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("traffic")
    group.add_argument("--requests", type=Path, metavar="FILE", help="a list of requests, or a HAR")
    group.add_argument("--rate", type=_positive, metavar="PER_SECOND", help="requests a second")
    group.add_argument(
        "--seconds", type=_positive, metavar="SECONDS", help="how long requests are sent"
    )
    group.add_argument(
        "--find-limit", action="store_true", help="raise the rate until something gives"
    )
    group.add_argument("--no-restart", action="store_true", help="leave out the restart under load")


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--json", type=Path, metavar="FILE", help="the report for programs")
    group.add_argument("--html", type=Path, metavar="FILE", help="the report as one page")
    group.add_argument("--log", type=Path, metavar="FILE", help="the app's log")
    group.add_argument(
        "--github", action="store_true", help="findings as annotations on a pull request"
    )
    group.add_argument("--quiet", action="store_true", help="say nothing before the report")
    group.add_argument(
        "--fail-on",
        choices=THRESHOLDS,
        default=THRESHOLDS[0],
        help="what makes the status 1; error by default",
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above zero")
    return value


def _rehearse(arguments: argparse.Namespace) -> int:
    from wherry.cli.missing import said_of_missing

    with said_of_missing("rehearse"):
        from wherry.platforms import hosts
        from wherry.rehearse.overlay import limits_of
        from wherry.rehearse.rehearse import CouldNotRehearse, rehearse
        from wherry.render.rehearsal.progress import Silent, shown_on

    options = _options(arguments)
    limits = limits_of(hosts.get(options.platform), options.overlay)
    # A CI job that is cancelled gets SIGTERM: it ends as with Ctrl-C, and leaves nothing behind.
    # A shell starts what it runs in the background with SIGINT ignored; then neither would end it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    shown = Silent() if arguments.quiet else shown_on(sys.stderr, limits)
    try:
        with shown:
            rehearsal = rehearse(
                options, shown, explain=_explain(options), suspect=_suspect(options)
            )
    except CouldNotRehearse as problem:
        print(f"wherry: {problem}", file=sys.stderr)
        return NOTHING_INSPECTED
    _write(arguments, rehearsal)
    return FOUND if _fails(rehearsal, arguments.fail_on) else 0


def _options(arguments: argparse.Namespace) -> "Options":
    from wherry.dependencies.cache import cache_folder
    from wherry.platforms import hosts
    from wherry.rehearse.config_vars import read_config_vars
    from wherry.rehearse.options import Options
    from wherry.rehearse.overlay import parse_overlay

    return Options(
        project=arguments.project,
        platform=arguments.platform or hosts.DEFAULT,
        app=arguments.app,
        only=arguments.only or "",
        slug=arguments.slug,
        working_tree=arguments.working_tree,
        config_vars={} if arguments.env_file is None else read_config_vars(arguments.env_file),
        processes=arguments.processes,
        cpu=arguments.cpu,
        rate=arguments.rate,
        seconds=arguments.seconds,
        find_limit=arguments.find_limit,
        requests=arguments.requests,
        legacy_router=arguments.router == "legacy",
        allow_remote=arguments.allow_remote,
        restart=not arguments.no_restart,
        overlay=parse_overlay(arguments.overlay),
        cache=cache_folder() / "rehearse",
    )


def _explain(options: "Options") -> "Callable[[Sequence[str]], Explanation]":
    """Return what reads a log's lines, with the project beside it."""
    from wherry.explain.explain import explain_chunks
    from wherry.explain.settling import settle
    from wherry.project.project import read_project

    def explain(lines: "Sequence[str]") -> "Explanation":
        text = "".join(f"{line}\n" for line in lines)
        told = explain_chunks([text.encode("utf-8", "replace")])
        if not options.project.is_dir():
            return told
        return settle(told, read_project(options.project, options.app))

    return explain


def _suspect(options: "Options") -> "Callable[[], tuple[Finding, ...]]":
    """Return what reads the code for causes: asked only where a symptom has several."""

    def suspect() -> "tuple[Finding, ...]":
        from wherry.doctor.diagnose import Options as Asked
        from wherry.doctor.diagnose import diagnose

        if not options.project.is_dir():
            return ()
        asked = Asked(platform=options.platform, app=options.app, offline=True)
        return diagnose(options.project, asked).findings

    return suspect


def _write(arguments: argparse.Namespace, rehearsal: "Rehearsal") -> None:
    from wherry.render.rehearsal import document, html, text
    from wherry.render.style import style_of

    if arguments.json is not None and str(arguments.json) == "-":
        print(document.render(rehearsal), end="")
    else:
        print(text.render(rehearsal, style_of(sys.stdout)), end="")
        if arguments.json is not None:
            _save(arguments.json, document.render(rehearsal))
    if arguments.html is not None:
        _save(arguments.html, html.to_html(rehearsal))
    if arguments.log is not None:
        _save(arguments.log, text.log(rehearsal))
    if arguments.github:
        from wherry.cli.doctor import path_prefix
        from wherry.render.rehearsal.annotations import annotations

        print(annotations(rehearsal, prefix=path_prefix(arguments.project.resolve())), end="")


def _save(path: Path, content: str) -> None:
    from wherry.errors import ConfigurationError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from None


def _fails(rehearsal: "Rehearsal", fail_on: str) -> bool:
    from wherry.causes.cause import Severity

    if fail_on == THRESHOLDS[-1]:
        return False
    if not rehearsal.verdict.good:
        return True
    order = list(Severity)
    worst = order.index(Severity(fail_on))
    return any(order.index(finding.severity) <= worst for finding in rehearsal.findings)
