"""``wherry shrink``: the smallest bundle that still gives the same answers."""

import argparse
import sys
from pathlib import Path

from wherry.cli.verbs import FOUND, Verbs

SCALES = ("0..1", "-1..1", "none")
PREFERENCES = ("latency", "memory", "size")
# Names of ``shrink.candidates.KINDS``, which --help is to tell without importing them.
CANDIDATES = (
    "litert-float32",
    "litert-float16",
    "litert-dynamic-int8",
    "litert-int8",
    "onnx-float32",
    "onnx-int8",
    "tensorflow-original",
)


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "shrink",
        help="turn a trained model into the smallest bundle that gives the same answers",
        description="Converts and quantizes a trained model in throw-away environments, compares "
        "each result with the original on your own samples, measures each as a dyno would run it, "
        "and writes the best one as a bundle.",
    )
    parser.add_argument("model", type=Path, help="SavedModel, .keras, .h5, .pb, .tflite or .onnx")
    parser.add_argument(
        "-o", "--output-bundle", dest="bundle", type=Path, required=True, metavar="BUNDLE"
    )
    _add_samples(parser)
    _add_choice(parser)
    _add_loading(parser)
    parser.add_argument("--report", type=Path, metavar="DIR", help="BUNDLE.report by default")
    parser.add_argument("--json", action="store_true", help="print the report for programs")
    parser.set_defaults(verb=_shrink)


def _add_samples(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("samples")
    group.add_argument(
        "--samples",
        metavar="SOURCE",
        help=".npz, .npy, JSON lines, a folder of pictures or recordings, or FILE.py:FUNCTION; "
        "drawn from the signature where there are none, which proves little",
    )
    group.add_argument(
        "--count", type=int, help="at most so many; 1,000, or 64 MB of them, by default"
    )
    group.add_argument("--seed", type=int, default=0, help="what draws them; 0 by default")
    group.add_argument("--labels", type=Path, metavar="FILE", help="what is right for each")
    group.add_argument("--labels-column", metavar="NAME", help="the column or key of the labels")
    group.add_argument("--output", metavar="NAME", help="the output that the labels judge")
    group.add_argument("--scale", choices=SCALES, help="of pictures' numbers")
    group.add_argument("--audio-rate", type=int, metavar="HZ", help="of recordings")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("choice")
    group.add_argument("--prefer", choices=PREFERENCES, default=PREFERENCES[0])
    group.add_argument(
        "--candidates",
        type=_names,
        default=CANDIDATES,
        metavar="NAMES",
        help=f"some of {', '.join(CANDIDATES)}, with commas between them",
    )
    group.add_argument(
        "--max-drop",
        type=ratio,
        metavar="RATIO",
        help="the most accuracy to lose: 0.005 is half a point",
    )
    group.add_argument(
        "--max-error", type=ratio, metavar="RATIO", help="the largest error, of an output's range"
    )
    group.add_argument(
        "--quick", action="store_true", help="measure in one short round, less exactly"
    )
    group.add_argument("--platform", default="heroku:eco", help="heroku:eco by default")


def _add_loading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("model")
    group.add_argument(
        "--with",
        dest="with_files",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.py",
        help="defines the model's custom objects; may be given several times",
    )
    group.add_argument(
        "--allow-lambda", action="store_true", help="run the code that Lambda layers hold"
    )
    group.add_argument("--signature", metavar="NAME", help="serving_default by default")
    group.add_argument("--name", help="the bundle's; its folder's by default")
    group.add_argument("--model-version", default="1", metavar="VERSION")
    group.add_argument(
        "--class-names", type=Path, metavar="FILE", help="one name a line, for the bundle"
    )


def _names(text: str) -> tuple[str, ...]:
    wanted = text.split(",")
    for name in wanted:
        if name not in CANDIDATES:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(CANDIDATES)}")
    return tuple(name for name in CANDIDATES if name in wanted)


def ratio(text: str) -> float:
    """Read a ratio from 0 to 1 from the command line."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no ratio from 0 to 1")
    return value


def _shrink(options: argparse.Namespace) -> int:
    from wherry.cli.missing import said_of_missing

    with said_of_missing("shrink"):
        from wherry.shrink.candidates import KINDS
        from wherry.shrink.options import ShrinkOptions
        from wherry.shrink.records import Preference
        from wherry.shrink.report.progress import progress_on
        from wherry.shrink.report.saving import save
        from wherry.shrink.report.terminal import console_for
        from wherry.shrink.report.text import print_report
        from wherry.shrink.sampling.drawing import Scale
        from wherry.shrink.shrink import shrink

    wanted = ShrinkOptions(
        model=options.model,
        bundle=options.bundle,
        report=options.report,
        name=options.name,
        version=options.model_version,
        samples=options.samples,
        count=options.count,
        seed=options.seed,
        labels=options.labels,
        labels_column=options.labels_column,
        output=options.output,
        scale=None if options.scale is None else Scale(options.scale),
        rate_hz=options.audio_rate,
        class_names=options.class_names,
        signature=options.signature,
        with_files=tuple(options.with_files),
        allow_lambda=options.allow_lambda,
        kinds=tuple(k for k in KINDS if k.name.replace(" ", "-") in options.candidates),
        prefer=Preference(options.prefer),
        platform=options.platform,
        max_drop=options.max_drop,
        max_error_ratio=options.max_error,
        quick=options.quick,
    )
    progress = progress_on(sys.stderr)
    shrunk = shrink(wanted, progress)
    with progress.stage("writing the report"):
        document = save(shrunk.report, wanted.report_folder)
    if options.json:
        print(document)
    else:
        print_report(shrunk.report, console_for(sys.stdout))
        print(f"\nReport: {wanted.report_folder / 'report.html'}")
        if shrunk.bundle is not None:
            print(f"Bundle: {shrunk.bundle.path}")
    return 0 if shrunk.bundle is not None else FOUND
