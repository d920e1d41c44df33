"""What Heroku itself says: router, dynos, releases, add-ons."""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_ROUTER_TEXT: Final = """
H10 H11 H12 H13 H14 H15 H17 H18 H19 H20 H21 H22 H25 H27 H28 H31 H32 H80 H81 H82 H83 H99
"""
_ROUTER: Final = frozenset(_ROUTER_TEXT.split())
_PAIR: Final = re.compile(r"(\w+)=(\"[^\"]*\"|\S*)")


def _code(event: Event, found: re.Match[str]) -> Verdict | None:
    """A router line: its fields settle more than its code."""
    code = found["code"]
    if code not in _ROUTER:
        return None
    fields = {key: value.strip('"') for key, value in _PAIR.findall(event.text)}
    return Verdict(code, {key: fields[key] for key in _KEPT if fields.get(key)})


_KEPT: Final = ("code", "desc", "service", "connect", "path", "host", "dyno", "sock", "method")


def _command(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("~start-command", values_of(found))


SIGNATURES = (
    *sees(
        " ".join(sorted(_ROUTER)),
        r"code=(?P<code>H\d\d) desc=",
        r"code=(?P<code>H\d\d)",
        judge=_code,
    ),
    *sees("R12", r"Error R12 \(Exit timeout\)"),
    *sees("R13", r"Error R13 \(Attach error\)", r"Error R16 \(Detached\)"),
    *sees("R14", r"Error R14 \(Memory quota exceeded\)"),
    *sees("R15", r"Error R15 \(Memory quota vastly exceeded\)"),
    *sees("R99", r"Error R99 \(Platform error\)", r"Error R17 \(Checksum error\)"),
    *sees(
        "L10",
        r"Error L10 \(output buffer overflow\)",
        r"Error L1[1-5]\b",
        r"L11 \(Tail buffer overflow\)",
        r"Error L10 .{1,60} messages dropped since",
        r"Error L12: \d+ messages dropped since",
        r"Error L13: \d+ messages lost since",
        r"Error L14 \(certificate validation\)",
    ),
    *sees(
        "~memory",
        r"Process running mem=(?P<used_mib>\d+)MB?\((?P<percent>[\d.]+)%\)",
        r"sample#memory_total=(?P<used_mib>[\d.]+)MB",
    ),
    *sees("~scaled-to-zero", r"Scaled to .{0,120}web@0:\S+"),
    *sees("~scaled", r"Scaled to .{0,120}web@[1-9]\d*:\S+"),
    *sees(
        "~tasks-scaled",
        r"Scaled to .{0,160}\b(?:worker|celery|rq|queue|jobs?|tasks?|consumer|background)\w*"
        r"@(?P<count>\d+):\S+",
    ),
    *sees(
        "~task-waits",
        r"enqueued .{1,160}",
        r"Enqueued .{1,160}",
        r"status=queued",
        r"status=PENDING",
        r"status: (?:queued|PENDING|pending)\b",
        r"'status': '(?:queued|PENDING|pending)'",
        r"\"status\": ?\"(?:queued|PENDING|pending)\"",
        r"\(\d+ waiting\)",
        r"queue (?:length|depth|size)\D{1,3}[1-9]\d*",
        r"Sending task \S+",
    ),
    *sees(
        "task-worker-not-scaled",
        r"Error: No nodes replied within time constraint",
        r"No worker is (?:running|listening|subscribed).{0,60}queue",
    ),
    *sees(
        "~start-command",
        r"Starting process with command `(?P<command>[^`\n]{1,500})`",
        r"==> Running '(?P<command>[^'\n]{1,500})'",
        judge=_command,
    ),
    *sees("~up", r"State changed from starting to up"),
    *sees("~cycling", r"Cycling"),
    *sees("~idling", r"Idling", r"State changed from up to down"),
    *sees("~unidling", r"Unidling", r"State changed from down to starting"),
    *sees(
        "~released",
        r"Release v\d+ created by user \S+",
        r"Deploy \w+ by user \S+",
        r"Set \S.{0,200} config vars? by user \S+",
        r"Rollback to v\d+ by user \S+",
        r"State changed from up to starting",
        r"Restarting",
        r"Update \S+ by user \S+",
        r"Stopping all processes with SIGTERM",
    ),
    *sees(
        "exit-143",
        r"Process exited with status 143",
        r"exited with code 143",
    ),
    *sees(
        "build-out-of-memory",
        r"did not complete successfully: exit code: 137",
        r"returned a non-zero code: 137",
        r"did not complete successfully: cannot allocate memory",
        r"of memory \(used over \S+\) while building",
    ),
    *sees(
        "exit-137",
        r"Process exited with status 137",
        r"exited with code 137",
        r"exited with status 137",
        r"Exited with code:? 137",
        r"exit code:? 137",
        r"status 137",
        r"exit_code=137",
        r"was terminated due to signal 9",
        r"terminated due to signal 9",
        r"(?:Worker|Process) .{0,60}exited with signal 9",
        r"signal 9 \(SIGKILL\)",
        r"WorkerLostError.{0,60}signal 9 \(SIGKILL\)",
        r"Worker exiting \(signal 9\)",
        r"killed by signal 9",
        r"exit codes of the workers are \{SIGKILL\(-9\)",
    ),
    *sees(
        "exit-127",
        r"Process exited with status 12[67]",
        r"Process exited with status 127",
        r"Process exited with status 126",
        r"exited with code 127",
        r"Exited with status 127",
    ),
    *sees(
        "worker-timeout",
        r"WORKER TIMEOUT \(pid:\s?(?P<pid>\d+)\)",
        r"WORKER TIMEOUT",
    ),
    *sees(
        "~worker-killed",
        r"Worker \(pid:\s?(?P<pid>\d+)\) was sent SIGKILL!",
    ),
    *sees(
        "memory-limit-killed",
        r"Ran out of memory \(used over (?P<used>\S+)\)",
        r"Memory limit of (?P<limit>[\d.]+ ?\w+) exceeded with (?P<used>[\d.]+ ?\w+) used",
        r"Memory limit of [\d.]+ ?\w+ exceeded",
        r"Out of memory: Killed process \d+",
        r"Out of memory: Kill process \d+",
        r"Killed process \d+ \(\S+\)",
        r"Memory cgroup out of memory",
        r"Process appears to have been OOM killed!?",
        r"oom_killed=true",
        r"OOMKilled",
        r"Deploy(?:ment)? (?:crashed|failed).{0,60}out of memory",
        r"Instance failed: .{1,40}Ran out of memory",
        (
            r"While handling this request, the container instance was found to be using too much "
            r"memory and was terminated"
        ),
        r"oom-kill(?:er)?",
    ),
    *sees("~killed", r"Killed$", r"Killed {6,30}\S+", r"^Killed"),
    *sees(
        "~booting-worker",
        r"Booting worker with pid: (?P<pid>\d+)",
        r"Started (?:server|child|worker) process \[(?P<pid>\d+)\]",
    ),
    *sees(
        "~told-to-end",
        r"Handling signal: (?:term|int|quit)",
        *(rf"was sent {signal}!" for signal in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP")),
    ),
    *sees("~worker-exits", r"Worker exiting \(pid: (?P<pid>\d+)\)"),
    *sees("~preload", r"gunicorn .{0,200}--preload", r"preload_app = True"),
    *sees(
        "release-phase-failed",
        r"Waiting for release\.+ failed",
        r"Release command failed",
        r"release command failed",
        r"release_command failed",
        r"Error: release command failed",
        r"Predeploy .{0,40}failed",
        r"Pre-deploy command failed",
        r"Execution of (?:predeploy|postdeploy|release) task failed",
    ),
    *sees(
        "~release-starts",
        r"Running release command\S*",
        r"Release command declared: this new release will not",
    ),
    *sees("dyno-hours-exhausted", r"You've used up your dyno hour pool"),
)
