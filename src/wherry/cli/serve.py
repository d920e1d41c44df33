"""``wherry serve``: serve a Django site and its models."""

import argparse
import os

from wherry.cli.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "serve",
        help="serve a Django site and its models",
        description="Listens at once, loads the models behind a readiness gate, and chooses "
        "processes and threads from the machine's limits and a measured worker.",
    )
    parser.add_argument("app", metavar="MODULE[:ATTRIBUTE]", help="as in project.wsgi")
    parser.add_argument("--host", default="", help="every address by default")
    parser.add_argument("--port", type=int, help="$PORT by default, or 8000")
    parser.add_argument("--processes", type=int, help="$WEB_CONCURRENCY by default, or chosen")
    parser.add_argument("--threads", type=int, help="of each process; chosen by default")
    parser.add_argument(
        "--graceful-timeout",
        type=float,
        metavar="SECONDS",
        help="for running requests to finish after SIGTERM",
    )
    parser.set_defaults(verb=_serve)


def _serve(options: argparse.Namespace) -> int:
    from wherry.django.server.launch import launch
    from wherry.django.server.options import complete

    launch(
        complete(
            options.app,
            os.environ,
            host=options.host,
            port=options.port,
            processes=options.processes,
            threads=options.threads,
            graceful_timeout_s=options.graceful_timeout,
        )
    )
