"""``wherry doctor``: why a project will fail on a host, before it is pushed."""

import argparse
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wherry.cli.verbs import FOUND, NOTHING_INSPECTED, Verbs

if TYPE_CHECKING:
    from wherry.doctor.diagnose import Options
    from wherry.doctor.diagnosis import Diagnosis

FORMATS = ("text", "brief", "json", "sarif", "github")
THRESHOLDS = ("error", "warning", "note", "never")


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "doctor",
        help="say why a project will fail on a host, and mend what can be mended",
        description="Reads a project, without running anything of it, and says what will keep it "
        "from building, starting, fitting and answering on the chosen host: where, why, and what "
        "to do. Status 0 if nothing is as bad as --fail-on, 1 if something is, 2 if it cannot be "
        "asked so, 3 if nothing could be inspected.",
    )
    parser.add_argument("project", nargs="?", type=Path, default=Path(), metavar="FOLDER")
    add_target(parser)
    parser.add_argument(
        "--environment",
        nargs="?",
        const="",
        metavar="PYTHON",
        help="compare with an interpreter's packages: the active one's, or those of an "
        "interpreter or virtual environment",
    )
    _add_choice(parser)
    _add_fixes(parser)
    _add_output(parser)
    parser.set_defaults(verb=_doctor)


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add what the verbs that read a project have in common."""
    parser.add_argument("--platform", default="", help="heroku:eco by default")
    parser.add_argument("--app", metavar="FOLDER", help="the part of the project that is deployed")
    parser.add_argument("--offline", action="store_true", help="ask no package index")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("choice")
    group.add_argument(
        "--select", type=_words, default=(), metavar="CAUSES", help="only these: WH110,WH6,..."
    )
    group.add_argument("--ignore", type=_words, default=(), metavar="CAUSES", help="none of these")
    group.add_argument(
        "--baseline", type=Path, metavar="FILE", help="tell of nothing that is in this file"
    )
    group.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write all that is found into it"
    )


def _add_fixes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("fixes")
    group.add_argument("--fix", action="store_true", help="apply what cannot alter the code's work")
    group.add_argument("--diff", action="store_true", help="only show what --fix would do")
    group.add_argument(
        "--unsafe-fixes", action="store_true", help="also what can; look at the result"
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    group.add_argument(
        "--json", dest="format", action="store_const", const="json", help="as --format json"
    )
    group.add_argument(
        "--fail-on", choices=THRESHOLDS, help="what makes the status 1; error by default"
    )
    group.add_argument(
        "--strict", action="store_true", help="status 3 if anything could not be inspected"
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _doctor(options: argparse.Namespace) -> int:
    with no_garbage_collection():
        return _examine(options)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Leave garbage where it is for a while.

    The syntax trees of a project's files are kept to the end; to look through all of them for
    garbage again and again took two fifths of the time for 500 files, and found none.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _examine(options: argparse.Namespace) -> int:
    from wherry.cli.missing import said_of_missing

    with said_of_missing("doctor"):
        from wherry.doctor.configuration import read_configuration
        from wherry.doctor.diagnose import diagnose

    asked = _asked(options)
    fail_on = options.fail_on or read_configuration(options.project).fail_on or THRESHOLDS[0]
    if options.fix and not options.diff:
        diagnosis = _mend(options, asked)
    else:
        diagnosis = diagnose(options.project, asked)
    if not diagnosis.inspected:
        print(f"wherry: {diagnosis.nothing}", file=sys.stderr)
        if options.format not in ("text", "brief"):
            print(_rendered(diagnosis, options), end="")
        return NOTHING_INSPECTED
    if options.write_baseline is not None:
        return _write_baseline(options.write_baseline, diagnosis)
    if options.diff:
        _show_diff(diagnosis, unsafe=options.unsafe_fixes)
    else:
        print(_rendered(diagnosis, options), end="")
    if options.strict and diagnosis.skipped:
        return NOTHING_INSPECTED
    return FOUND if diagnosis.fails(fail_on) else 0


def _asked(options: argparse.Namespace) -> "Options":
    from wherry.doctor.diagnose import Options

    return Options(
        platform=options.platform,
        app=options.app,
        select=options.select,
        ignore=options.ignore,
        offline=options.offline,
        environment=options.environment,
        baseline=options.baseline,
    )


def _mend(options: argparse.Namespace, asked: "Options") -> "Diagnosis":
    from wherry.doctor.mending import mend
    from wherry.masking import mask
    from wherry.render.style import paint_diff, style_of

    mended = mend(options.project, asked, unsafe=options.unsafe_fixes)
    # What a program is to read has standard output to itself.
    stream = sys.stdout if options.format in ("text", "brief") else sys.stderr
    diff = mask(mended.diff())
    if diff:
        print(paint_diff(diff, style_of(stream)), file=stream)
    for fix in mended.fixes:
        print(f"Done: {mask(fix.text)}", file=stream)
    if mended.refused:
        print(f"wherry: {mended.refused}", file=sys.stderr)
    elif not mended.fixes:
        print("There is nothing here that Wherry can mend so.", file=stream)
    print(file=stream)
    return mended.diagnosis


def _show_diff(diagnosis: "Diagnosis", *, unsafe: bool) -> None:
    from wherry.doctor.fixing import plan
    from wherry.masking import mask
    from wherry.render import words
    from wherry.render.style import paint_diff, style_of

    now = plan(diagnosis.findings, unsafe=unsafe)
    print(paint_diff(mask(now.diff()), style_of(sys.stdout)), end="")
    told = [f"{words.count(len(now.fixes), 'fix', 'fixes')} shown, and nothing written."]
    if now.waiting:
        told.append(
            f"{words.count(len(now.waiting), 'fix', 'fixes')} of the same lines would come after."
        )
    if now.unsafe:
        told.append(f"{len(now.unsafe)} more with --unsafe-fixes.")
    print("wherry:", " ".join(told), file=sys.stderr)


def _write_baseline(path: Path, diagnosis: "Diagnosis") -> int:
    from wherry.doctor.baseline import write_baseline
    from wherry.render import words

    places = write_baseline(path, diagnosis.findings)
    print(f"{path} holds {words.count(places, 'place')}; `--baseline {path}` leaves them out.")
    return 0


def _rendered(diagnosis: "Diagnosis", options: argparse.Namespace) -> str:
    from wherry.render import diagnosis_json, diagnosis_text, github, sarif
    from wherry.render.style import style_of

    prefix = path_prefix(diagnosis.root)
    if options.format == "json":
        return diagnosis_json.render(diagnosis)
    if options.format == "sarif":
        return sarif.render(diagnosis, prefix=prefix)
    if options.format == "github":
        return github.render(diagnosis, prefix=prefix)
    style = style_of(sys.stdout)
    brief = options.format == "brief"
    return diagnosis_text.render(diagnosis, style, prefix=prefix, brief=brief)


def path_prefix(root: Path) -> str:
    """Return what makes the project's paths count from here, where it lies below; else ""."""
    try:
        relative = os.path.relpath(root, Path.cwd()).replace(os.sep, "/")
    except (OSError, ValueError):
        return ""
    return "" if relative == "." or relative.startswith("..") else f"{relative}/"
