"""``wherry explain``: what a log tells of why an app failed."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wherry.cli.verbs import FOUND, NOTHING_INSPECTED, Verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wherry.explain.explanation import Explanation
    from wherry.findings import Finding
    from wherry.render.finding_text import Telling


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "explain",
        help="say what failed first in a log, and why",
        description="Reads a log of Heroku, Dokku, Render, Railway, Fly.io, Cloud Run, Docker or "
        "gunicorn, of a build or of a running app, and tells the first cause from what followed "
        "and from noise. Status 0 if nothing is wrong, 1 if something is, 2 if it cannot be asked "
        "so, 3 if nothing could be read.",
    )
    parser.add_argument(
        "log", nargs="?", default="-", metavar="FILE", help="the log; - or nothing for a pipe"
    )
    parser.add_argument("--platform", help="only what can be done there; the log's own by default")
    parser.add_argument(
        "--project", type=Path, metavar="FOLDER", help="the project, to settle what it can"
    )
    parser.add_argument(
        "--tail",
        action="store_true",
        help="tell of findings whenever the log pauses, as is done with every pipe anyway",
    )
    parser.add_argument("--brief", action="store_true", help="one line for each finding")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(verb=_explain)


def _explain(options: argparse.Namespace) -> int:
    from wherry.explain.sources import Unreadable

    told: list[Finding] = []
    try:
        explanation = _read(options, told)
    except Unreadable as problem:
        return _nothing(options, str(problem))
    if explanation.lines == 0:
        return _nothing(options, "The log is empty: there is nothing to explain.")
    if options.json:
        _print_json(explanation)
    else:
        from wherry.render.explanation_text import render

        print(render(explanation, _telling(options, explanation), told), end="", flush=True)
    return FOUND if explanation.failed else 0


def _nothing(options: argparse.Namespace, reason: str) -> int:
    print(f"wherry: {reason}", file=sys.stderr)
    if options.json:
        from wherry.explain.explanation import Explanation
        from wherry.findings import Skipped

        _print_json(Explanation((), skipped=(Skipped(options.log, reason),)))
    return NOTHING_INSPECTED


def _print_json(explanation: "Explanation") -> None:
    import json

    print(json.dumps(explanation.to_dict(), indent=2))


def _read(options: argparse.Namespace, told: "list[Finding]") -> "Explanation":
    """Read the log to its end, or until it is interrupted."""
    from wherry.explain.explain import Explainer
    from wherry.explain.sources import PAUSE_S, chunks

    settle = _settler(options)
    explainer = Explainer()
    with _stream(options.log) as stream:
        live = not options.json and (options.tail or _is_pipe(stream))
        try:
            for chunk in _with_progress(chunks(stream, PAUSE_S if live else None), stream):
                if chunk:
                    explainer.feed(chunk)
                elif explainer.pause():
                    _tell_new(options, settle(explainer.explanation()), told)
        except KeyboardInterrupt:
            # Whoever ends an open tail wants to know what it came to.
            if not live:
                raise
    return settle(explainer.finish())


def _stream(name: str) -> "AbstractContextManager[BinaryIO]":
    from wherry.explain.sources import Unreadable, opened

    if name != "-":
        return opened(Path(name))
    if sys.stdin is None or sys.stdin.isatty():
        raise Unreadable(
            "There is no log: name a file, or pipe one in, as in `heroku logs | wherry explain`."
        )
    return nullcontext(sys.stdin.buffer)


def _is_pipe(stream: BinaryIO) -> bool:
    import os
    import stat

    return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)


def _with_progress(chunks: "Iterable[bytes]", stream: BinaryIO) -> "Iterator[bytes]":
    import os

    from wherry.explain.progress import with_progress

    return with_progress(chunks, os.fstat(stream.fileno()).st_size, sys.stderr)


def _tell_new(
    options: argparse.Namespace, explanation: "Explanation", told: "list[Finding]"
) -> None:
    """Tell of the first causes that were not told yet."""
    from wherry.render.explanation_text import key, render_one
    from wherry.render.grouping import group

    known = {key(finding) for finding in told}
    new = [finding for finding in explanation.first if key(finding) not in known]
    for item in group(new):
        print(render_one(item, _telling(options, explanation), explanation), flush=True)
    told += new


def _telling(options: argparse.Namespace, explanation: "Explanation") -> "Telling":
    from wherry.platforms import hosts
    from wherry.render.finding_text import Telling
    from wherry.render.style import style_of

    name = options.platform or explanation.platform
    return Telling(
        style_of(sys.stdout),
        target=hosts.get(name) if name else None,
        brief=options.brief,
    )


def _settler(options: argparse.Namespace) -> "Callable[[Explanation], Explanation]":
    """Return what looks into the project, where one is given."""
    from wherry.platforms import hosts

    if options.platform:
        hosts.get(options.platform)  # a name that is none is told before anything is read
    if options.project is None:
        return lambda explanation: explanation
    from wherry.cli.missing import said_of_missing

    with said_of_missing("doctor"):
        from wherry.explain.settling import settle
        from wherry.project.project import read_project

    project = read_project(options.project)
    return lambda explanation: settle(explanation, project)
