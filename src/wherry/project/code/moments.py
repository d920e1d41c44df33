"""When a piece of the project's code runs."""

from enum import StrEnum


class Moment(StrEnum):
    """An occasion on which code runs, as the web process sees it.

    IMPORT: when a module is imported that every process of the site imports. READY: in
    ``AppConfig.ready``. WORKER: when a server's worker starts, before it answers.
    FIRST_REQUEST: in a request, once, since the result is kept. REQUEST: in every request that
    comes this way. BACKGROUND: in a thread or a task queue. COMMAND: only when somebody types a
    command, or runs the file itself.
    """

    IMPORT = "import"
    READY = "ready"
    WORKER = "worker start"
    FIRST_REQUEST = "first request"
    REQUEST = "request"
    BACKGROUND = "background"
    COMMAND = "command"
