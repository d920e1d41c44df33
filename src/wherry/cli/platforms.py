"""``wherry platforms``: the hosts, their sizes and limits, and where each number was read."""

import argparse

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "platforms",
        help="list the hosts and their limits",
        description="Prints every size of every host, or all that is known of one, with sources.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="as in heroku:standard-1x")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(verb=_platforms)


def _platforms(options: argparse.Namespace) -> int:
    from wherry.platforms import hosts, text

    target = None if options.name is None else hosts.get(options.name)
    if options.json:
        import json

        document = text.index_dict() if target is None else text.to_dict(target)
        print(json.dumps(document, indent=2))
    else:
        print(text.render_table() if target is None else text.render(target), end="")
    return 0
