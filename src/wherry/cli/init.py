"""``wherry init``: write what a project needs before it can be pushed."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wherry.cli.doctor import add_target, no_garbage_collection, path_prefix
from wherry.cli.verbs import FOUND, NOTHING_INSPECTED, Verbs

if TYPE_CHECKING:
    from wherry.doctor.diagnosis import Diagnosis
    from wherry.doctor.initial import Start


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "init",
        help="write what a project needs before it can be pushed",
        description="Writes what is missing: the Python version, the requirements with exact "
        "pins, the Procfile, .slugignore, and what the settings need on a host. Nothing that is "
        "there is overwritten; what the doctor holds for unsafe is only told.",
    )
    parser.add_argument("project", nargs="?", type=Path, default=Path(), metavar="FOLDER")
    add_target(parser)
    parser.add_argument("--diff", action="store_true", help="only show what would be written")
    parser.set_defaults(verb=_init)


def _init(options: argparse.Namespace) -> int:
    with no_garbage_collection():
        return _write(options)


def _write(options: argparse.Namespace) -> int:
    from wherry.cli.missing import said_of_missing

    with said_of_missing("doctor"):
        from wherry.doctor.diagnose import Options
        from wherry.doctor.fixing import difference
        from wherry.doctor.initial import init, show

    asked = Options(platform=options.platform, app=options.app, offline=options.offline)
    if options.diff:
        start, plan, diagnosis = show(options.project, asked)
        done = (*start.fixes, *plan.fixes)
        diffs = [difference(change) for fix in start.fixes for change in fix.changes]
        _tell("".join((*diffs, plan.diff())), [fix.text for fix in done], "Would be done")
    else:
        start, mended = init(options.project, asked)
        diagnosis, done = mended.diagnosis, (*start.fixes, *mended.fixes)
        diffs = [difference(change) for fix in start.fixes for change in fix.changes]
        _tell("".join((*diffs, mended.diff())), [fix.text for fix in done], "Done")
        if mended.refused:
            print(f"wherry: {mended.refused}", file=sys.stderr)
    if not diagnosis.inspected:
        print(f"wherry: {diagnosis.nothing}", file=sys.stderr)
        return NOTHING_INSPECTED
    _tell_rest(start, diagnosis, written=not options.diff)
    return FOUND if diagnosis.fails("error") and not options.diff else 0


def _tell(diff: str, done: list[str], word: str) -> None:
    from wherry.masking import mask
    from wherry.render.style import paint_diff, style_of

    if diff:
        print(paint_diff(mask(diff), style_of(sys.stdout)))
    for text in done:
        print(f"{word}: {mask(text)}")
    if not done:
        print("Everything that Wherry could write is there already.")


def _tell_rest(start: "Start", diagnosis: "Diagnosis", *, written: bool) -> None:
    from wherry.render.diagnosis_text import render
    from wherry.render.style import style_of

    if start.requirements is not None:
        for module in start.requirements.unknown:
            print(f"Which package provides {module} is not known: add it by hand.")
        for item in start.requirements.skipped:
            print(f"No {item.what}: {item.reason}.")
    if written:
        prefix = path_prefix(diagnosis.root)
        print(f"\n{render(diagnosis, style_of(sys.stdout), prefix=prefix, brief=True)}", end="")
