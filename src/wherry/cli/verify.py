"""``wherry verify``: whether a bundle is as it was made, and still answers the same."""

import argparse
import sys
from pathlib import Path

from wherry.cli.shrink import SCALES, ratio
from wherry.cli.verbs import FOUND, Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "verify",
        help="check a bundle's bytes, and its answers beside those of the original",
        description="Hashes every file of a bundle; with --against also asks the model that it "
        "was made of and the bundle the same samples. The exit status is 0 if all is well, 1 if "
        "not.",
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--against", type=Path, metavar="MODEL", help="what it was made of")
    parser.add_argument("--samples", metavar="SOURCE", help="as of wherry shrink")
    parser.add_argument(
        "--count", type=int, help="at most so many; 1,000, or 64 MB of them, by default"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", choices=SCALES, help="of pictures' numbers")
    parser.add_argument("--audio-rate", type=int, metavar="HZ", help="of recordings")
    parser.add_argument("--signature", metavar="NAME")
    parser.add_argument(
        "--max-error", type=ratio, metavar="RATIO", help="the largest error, of an output's range"
    )
    parser.add_argument(
        "--with", dest="with_files", type=Path, action="append", default=[], metavar="FILE.py"
    )
    parser.add_argument("--allow-lambda", action="store_true")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(verb=_verify)


def _verify(options: argparse.Namespace) -> int:
    from wherry.cli.missing import said_of_missing

    with said_of_missing("shrink"):
        from wherry.shrink.report.progress import progress_on
        from wherry.shrink.report.terminal import console_for
        from wherry.shrink.report.verification import print_verification, to_dict
        from wherry.shrink.sampling.drawing import Scale
        from wherry.shrink.verify import VerifyOptions, verify

    found = verify(
        VerifyOptions(
            bundle=options.bundle,
            against=options.against,
            samples=options.samples,
            count=options.count,
            seed=options.seed,
            scale=None if options.scale is None else Scale(options.scale),
            rate_hz=options.audio_rate,
            signature=options.signature,
            with_files=tuple(options.with_files),
            allow_lambda=options.allow_lambda,
            max_error_ratio=options.max_error,
        ),
        progress_on(sys.stderr),
    )
    if options.json:
        import json

        print(json.dumps(to_dict(found), indent=2, allow_nan=False))
    else:
        print_verification(found, console_for(sys.stdout))
    return 0 if found.passed else FOUND
