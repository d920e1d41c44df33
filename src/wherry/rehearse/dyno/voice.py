"""What the platform says in the log about a dyno, word for word where a real log is known.

Source: real logs of 2023 to 2025, and https://devcenter.heroku.com/articles/error-codes.
"""

import time
from dataclasses import dataclass
from typing import Final

from wherry.platforms.hosts import MIB
from wherry.rehearse.events import LogLine, Sink, StateChanged
from wherry.rehearse.overlay import Limits

# What hosts without R10 say when nothing listens in time.
_UNBOUND: Final = {
    "render": "Port scan timeout reached, no open ports detected. Bind your service to at least "
    "one port.",
    "cloud-run": "The user-provided container failed to start and listen on the port defined "
    "provided by the PORT={port} environment variable within the allocated timeout.",
    "fly": "WARNING The app is not listening on the expected address and will not be reachable "
    "by fly-proxy.",
}
_OUT_OF_MEMORY: Final = {
    "render": "Ran out of memory (used over {quota}MB)",
    "cloud-run": "Memory limit of {quota} MiB exceeded with {used} MiB used. Consider increasing "
    "the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits",
}


@dataclass(frozen=True, slots=True)
class Voice:
    """Writes the platform's lines about one dyno into the log."""

    dyno: str
    limits: Limits
    sink: Sink

    def say(self, message: str) -> None:
        """Write a line of the platform's."""
        self.sink(LogLine(time.time(), self.limits.family, self.dyno, message))

    def app(self, line: str) -> None:
        """Write a line of the app's."""
        self.sink(LogLine(time.time(), "app", self.dyno, line))

    def starting(self, command: str) -> None:
        """Tell that the command is started."""
        self.say(f"Starting process with command `{command}`")

    def state(self, before: str, after: str) -> None:
        """Tell a change of state; a new dyno has none to change from."""
        if before:
            self.say(f"State changed from {before} to {after}")
        self.sink(StateChanged(time.time(), self.dyno, before, after))

    def unbound(self, port: int) -> None:
        """Tell that nothing listened in time."""
        if self.limits.family in _UNBOUND:
            self.say(_UNBOUND[self.limits.family].format(port=port))
        else:
            self.say(
                "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within "
                f"{self.limits.boot_timeout_s or 0:g} seconds of launch"
            )
        self.killing()

    def over_quota(self, total_bytes: int) -> None:
        """Tell that the dyno holds more than its quota."""
        self._memory(total_bytes)
        self.say("Error R14 (Memory quota exceeded)")

    def over_limit(self, total_bytes: int) -> None:
        """Tell that the dyno is killed for what it holds."""
        if self.limits.family in _OUT_OF_MEMORY:
            quota = (self.limits.memory_bytes or 0) // MIB
            line = _OUT_OF_MEMORY[self.limits.family]
            self.say(line.format(quota=quota, used=total_bytes // MIB))
        elif self.limits.family == "heroku":
            self._memory(total_bytes)
            self.say("Error R15 (Memory quota vastly exceeded)")
            self.killing()
        else:
            self.say("Out of memory: the processes are killed")

    def stopping(self) -> None:
        """Tell that the dyno is asked to end."""
        processes = "all processes" if signals_all(self.limits) else "the process"
        self.say(f"Stopping {processes} with {self.limits.shutdown_signal}")

    def overstayed(self) -> None:
        """Tell that it did not end in time."""
        if self.limits.family == "heroku":
            self.say(
                "Error R12 (Exit timeout) -> At least one process failed to exit within "
                f"{self.limits.shutdown_grace_s or 0:g} seconds of {self.limits.shutdown_signal}"
            )
        self.say("Stopping remaining processes with SIGKILL")

    def killing(self) -> None:
        """Tell that the dyno is killed."""
        self.say("Stopping process with SIGKILL")

    def exited(self, status: int) -> None:
        """Tell how its command ended."""
        self.say(f"Process exited with status {status}")

    def dropped(self, lines: int, since: str) -> None:
        """Tell that lines of the log were too many."""
        line = f"Error L10 (output buffer overflow): {lines} messages dropped since {since}."
        self.sink(LogLine(time.time(), self.limits.family, "logplex", line))

    def _memory(self, total_bytes: int) -> None:
        quota = self.limits.memory_bytes or 1
        self.say(f"Process running mem={total_bytes // MIB}M({100 * total_bytes / quota:.1f}%)")


def signals_all(limits: Limits) -> bool:
    """Whether the signal to end goes to every process: a container's goes to its first alone."""
    return limits.family == "heroku"
