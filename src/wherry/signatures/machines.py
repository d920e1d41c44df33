"""What a machine says of its processes: systemd, Docker, the kernel, and a server of its children.

The hosts say the same in other words: ``heroku`` and ``edges`` have theirs.
"""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees

_SIGNALS: Final = {
    "KILL": "exit-137", "9": "exit-137",
    "SEGV": "exit-139", "11": "exit-139",
    "ABRT": "exit-134", "6": "exit-134",
    "ILL": "exit-132", "4": "exit-132",
}  # fmt: skip


def _signal(event: Event, found: re.Match[str]) -> Verdict | None:
    """A signal by its name or number; one that tells a process to end is nothing."""
    del event
    name = _SIGNALS.get(found["signal"])
    return None if name is None else Verdict(name)


def _not_started(event: Event, found: re.Match[str]) -> Verdict:
    """systemd could not start the command: it is not there, may not run, or is no program."""
    command, why = found["command"], event.text
    if "Exec format error" in why:
        return Verdict("image-architecture-mismatch", {})
    missing = "No such file" in why or "ExecStart=" in why
    if command.endswith("/gunicorn") and "step CHDIR" not in why and missing:
        return Verdict("gunicorn-not-installed", {})
    return Verdict("start-command-not-found", {"command": command})


def _script(event: Event, found: re.Match[str]) -> Verdict:
    """The kernel does not say whether the script or its interpreter is not there."""
    del event, found
    return Verdict(
        "crlf-line-endings",
        {},
        ("start-command-not-found",),
        "`file SCRIPT`: CRLF line terminators, or the script or its shell is not in the image",
        sure=False,
    )


SIGNATURES = (
    *sees(
        "gunicorn-not-installed start-command-not-found image-architecture-mismatch",
        r"Failed at step (?:EXEC|CHDIR|USER) spawning (?P<command>\S{1,200}): .{1,60}",
        r"Failed to locate executable (?P<command>\S{1,200}): .{1,60}",
        judge=_not_started,
    ),
    *sees(
        "gunicorn-not-installed start-command-not-found image-architecture-mismatch",
        r"ExecStart=(?P<command>\S{1,200}) .{0,400}status=203/EXEC",
        judge=_not_started,
    ),
    *sees(
        "start-command-not-found",
        r"code=exited, status=200/CHDIR",
        r"code=exited, status=217/USER",
    ),
    *sees(
        "crlf-line-endings",
        r"exec user process caused:? \"?no such file or directory",
        judge=_script,
    ),
    # What stands before the carriage return is overwritten, as on a terminal.
    *sees(
        "crlf-line-endings",
        r"^['\u2019]?: not found$",
        r"^['\u2019]?: command not found$",
        r"^['\u2019]?: No such file or directory$",
        r"^: invalid option(?: name)?$",
        r"set: Illegal option -$",
    ),
    *sees(
        "start-command-not-found",
        r"exec (?P<command>/\S{1,200}): permission denied",
        r"exec user process caused:? \"?permission denied",
    ),
    *sees(
        "exit-137 exit-139 exit-134 exit-132",
        r"code=(?:killed|dumped), status=(?P<signal>\d{1,2})/\w+",
        r"^Container terminated on signal (?P<signal>\d{1,2})\b",
        r"^Uncaught signal: (?P<signal>\d{1,2})\b",
        r"child exited with signal \(with signal 'SIG(?P<signal>\w+)'",
        r"was terminated by signal (?P<signal>\d{1,2})\b",
        judge=_signal,
    ),
    *sees("exit-132", r"^zsh: illegal hardware instruction"),
    *sees("exit-137", r"^zsh: killed\b", r"Exited \(137\)", r"exit status 137", r"Exit Code: 137"),
    *sees("exit-139", r"Exited \(139\)", r"exit status 139", r"Exit Code: 139"),
    *sees("exit-127", r"Exited \(12[67]\)", r"code=exited, status=203/EXEC", r"exit status 12[67]"),
    *sees(
        "memory-limit-killed",
        r"killed by the OOM killer",
        r"Failed with result 'oom-kill'",
        r"Container killed due to memory usage",
        r"invoked oom-killer",
        (
            r"^ {0,4}(?:Your |The |An? )?(?:[Mm]achine|[Dd]eployment|[Ss]ervice|[Cc]ontainer|"
            r"[Ii]nstance|[Rr]eplica|VM|[Pp]od|app)\b.{0,60} ran out of memory"
        ),
        r"(?:killed|terminated|stopped|restarted|crashed) .{0,60}out of memory",
        r"\"oomKilled\": ?(?:\{|true)",
        r"Exceeded (?:soft|hard) memory limit of (?P<limit>[\d.]+ \w+) with (?P<used>[\d.]+ \w+)",
        r"^Memory limit exceeded \((?P<used>[^)]+)\)",
        r"Runtime exited with error: signal: killed",
        r"exceeded its memory limit",
        r"Exceeded memory limit",
    ),
    *sees(
        "shutdown-ignored-sigterm",
        r"State 'stop-\w+' timed out\. Killing",
        r"State 'final-sigterm' timed out\. Killing",
        r"[Cc]ontainer .{0,80}failed to exit within \d+ ?s(?:econds)? of signal",
        r"did not (?:stop|exit|terminate) within \d+ ?s(?:econds)?.{0,60}(?:SIGKILL|force|kill)",
    ),
    *sees(
        "slow-boot",
        r"start operation timed out\. Terminating",
        r"start-pre operation timed out",
    ),
    *sees(
        "logs-dropped",
        r"Suppressed \d+ messages from \S+",
        r"messages? lost due to rate-limiting",
        r"output clipped, log limit \S+ reached",
    ),
    *sees(
        "image-architecture-mismatch",
        r"no matching manifest for linux/\S+ in the manifest list",
        r"rosetta error: failed to open elf",
    ),
    *sees(
        "thread-limit",
        r"fork rejected by pids controller",
        r"failed to create new OS thread",
    ),
    *sees(
        "health-check-failed",
        r"dependency failed to start: container \S+ is unhealthy",
        r"container for service \"[^\"]+\" is unhealthy",
        r"Up .{1,40} \(unhealthy\)",
        r"(?:Readiness|Liveness|Startup) probe failed: .{1,200}",
        r"didn't respond to HTTP pings on port: (?P<asked>\d+)",
        r"TCP health check failed on port (?P<asked>\d+)",
        r"workload was not healthy after .{1,20}",
        r"critical .{1,200}gave up connect: connection refused",
    ),
    # uvicorn's parent starts another one, and tells no reason.
    *sees("~child-died", r"Child process \[(?P<pid>\d+)\] died"),
    *sees(
        "~stopping",
        r"Gracefully stopping\.\.\. \(press Ctrl\+C again to force\)",
        r"Stopping .{1,80}\.service",
        r"Container \S+ {1,4}Stopping",
        r"Stopping Container",
        r"Stopping all processes with SIGTERM",
    ),
    *sees(
        "~app-crash",
        r"code=exited, status=(?P<status>[1-9]\d{0,2})/\w+",
        r"Start request repeated too quickly",
        r"dependency failed to start: container \S+ exited \((?P<status>[1-9]\d{0,2})\)",
        r"==> Application exited early",
        r"==> Application exited with code (?P<status>[1-9]\d{0,2})",
        r"Exited \((?P<status>(?!0\b|143|137|139|12[67]|130)\d{1,3})\)",
    ),
)
