"""``manage.py wherry add | swap | promote | label | retire | running``: tell a running server."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError

from wherry.django.changing import complete, servers
from wherry.platforms.heroku import MIB
from wherry.serving.changes.ledger import Ledger, lives
from wherry.serving.changes.order import Order, Outcome, Result, Verb
from wherry.serving.changes.places import Server

LOOK_S: Final = 0.1
# A worker that is starting anew follows the orders that it finds.
DEFAULT_TIMEOUT_S: Final = 120.0
RUNNING: Final = "running"
VERBS: Final = (*Verb, RUNNING)

type Say = Callable[[str], object]


def add_verbs(verbs: Any) -> None:
    """Declare the verbs."""
    add = verbs.add_parser(Verb.ADD, help="load a version beside the others, or another model")
    swap = verbs.add_parser(Verb.SWAP, help="load a version in place of the one that answers")
    for parser in (add, swap):
        parser.add_argument("model")
        parser.add_argument("path", type=Path, help="a bundle, a model file, a SavedModel folder")
        parser.add_argument("--as-version", dest="version", help="the bundle's own by default")
    add.add_argument("--label", help="a name for the version, as canary")
    promote = verbs.add_parser(Verb.PROMOTE, help="let a loaded version answer by default")
    promote.add_argument("model")
    promote.add_argument("version")
    label = verbs.add_parser(Verb.LABEL, help="give a version a name, as stable")
    label.add_argument("model")
    label.add_argument("label")
    label.add_argument("version")
    retire = verbs.add_parser(Verb.RETIRE, help="let a version go, or the whole model")
    retire.add_argument("model")
    retire.add_argument("version", nargs="?")
    running = verbs.add_parser(RUNNING, help="the models of the running server, by process")
    for parser in (add, swap, promote, label, retire):
        _add_waiting(parser)
    for parser in (add, swap, promote, label, retire, running):
        parser.add_argument("--server", metavar="PID", help="which one, where several run")


def _add_waiting(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=float,
        default=DEFAULT_TIMEOUT_S,
        metavar="SECONDS",
        help="how long to wait for every process of the server",
    )


def handle(options: Mapping[str, Any], say: Say) -> None:
    """Do what one of the verbs asks.

    Raises:
        WherryError: the order cannot be given.
        CommandError: it was given and a process could not follow it, or no server was found.
    """
    ledger = Ledger.made_in(_server(options["server"]).folder)
    if options["verb"] == RUNNING:
        _show(ledger, say)
        return
    order = ledger.append(complete(_order(options)))
    _report(_wait(ledger, order, options["timeout"]), say)


def _order(options: Mapping[str, Any]) -> Order:
    return Order(
        Verb(options["verb"]),
        options["model"],
        path=options.get("path"),
        version=options.get("version"),
        label=options.get("label"),
    )


def _server(pid: str | None) -> Server:
    found = list(servers())
    chosen = [each for each in found if pid in (None, each.about.get("pid"))]
    here = [each for each in chosen if each.about.get("folder") == str(Path.cwd())]
    if len(chosen) > 1 and here:
        chosen = here
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        raise CommandError(
            "No running server of this user was found on this machine. `wherry serve` must run "
            "here, with the same TMPDIR; under another server set WHERRY_STATE_FOLDER to one "
            "folder for it and for this command. On Heroku: `heroku ps:exec` enters the dyno."
        )
    listed = "; ".join(
        f"{each.about.get('pid')} ({each.about.get('app')} in {each.about.get('folder')})"
        for each in found
    )
    raise CommandError(f"Say which server with --server PID. Running are: {listed}.")


def _wait(ledger: Ledger, order: Order, timeout_s: float) -> dict[int, Result]:
    """Wait until every living process has followed the order, and return what each says."""
    deadline = time.monotonic() + timeout_s
    while True:
        results = ledger.results(order.serial)
        pids = {pid for pid in {*ledger.statuses(), *results} if lives(pid)}
        finished = {pid for pid, each in results.items() if each.outcome is not Outcome.WORKING}
        if pids and pids <= finished:
            return results
        if time.monotonic() > deadline:
            waiting = ", ".join(map(str, sorted(pids - finished))) or "any"
            raise CommandError(
                f"The order was given, but process {waiting} has not followed it after "
                f"{timeout_s:g} s; the server's log says more."
            )
        time.sleep(LOOK_S)


def _report(results: Mapping[int, Result], say: Say) -> None:
    failed = [each for each in results.values() if each.outcome is Outcome.FAILED]
    if failed:
        raise CommandError(f"{failed[0].sentence} Nothing was changed.")
    for pid, result in sorted(results.items()):
        say(f"process {pid}: {result.sentence}{_measured(result.details)}")


def _measured(details: Mapping[str, Any]) -> str:
    if details.get("load_s") is None:
        return ""
    facts = [f"loaded in {details['load_s']:.2f} s"]
    for key, what in (("anonymous_bytes", "holds"), ("peak_bytes", "needed at most")):
        if details.get(key):
            facts.append(f"{what} {_mib(details[key])}")
    if details.get("way") == "staged":
        facts.append("after the old one was let go, since both did not fit")
    return f" ({', '.join(facts)})"


def _mib(size_bytes: float) -> str:
    return f"{size_bytes / MIB:.0f} MiB" if size_bytes >= MIB else "under 1 MiB"


def _show(ledger: Ledger, say: Say) -> None:
    for pid, status in sorted(ledger.statuses().items()):
        say(f"process {pid}: {status.get('anonymous_bytes', 0) / MIB:.0f} MiB of anonymous memory")
        for model in status.get("models", ()):
            say(f"  {_line(model)}")


def _line(model: Mapping[str, Any]) -> str:
    words = [str(model.get("name")), f"version {model.get('version')}", str(model.get("state"))]
    if model.get("default"):
        words.append("default")
    words += map(str, model.get("labels", ()))
    line = "  ".join(words)
    return line if model.get("state") == "ready" else f"{line}: {model.get('reason')}"
