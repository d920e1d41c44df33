"""``wherry causes``: why apps fail, each with its remedies."""

import argparse

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "causes",
        help="say why apps fail, and what to do about it",
        description="Prints one cause or symptom, by its code (WH201, R14), name or alias; all of "
        "them without one.",
    )
    parser.add_argument("word", nargs="?", metavar="CODE")
    parser.add_argument("--platform", help="only what can be done there")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(verb=_causes)


def _causes(options: argparse.Namespace) -> int:
    from wherry.causes import catalogue, text
    from wherry.platforms import hosts

    target = None if options.platform is None else hosts.get(options.platform)
    entry = None if options.word is None else catalogue.find(options.word)
    if options.json:
        import json

        document = text.index_dict() if entry is None else text.to_dict(entry)
        print(json.dumps(document, indent=2))
    else:
        print(text.render_index() if entry is None else text.render(entry, target), end="")
    return 0
