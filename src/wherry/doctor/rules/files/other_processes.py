"""Workers: declared as web, or missing where tasks are queued."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import built_by_buildpack
from wherry.findings import Confidence, FileSpan, Finding
from wherry.project import scripts
from wherry.project.shell import Invocation

_QUEUE_PROGRAMS: Final = frozenset(("dramatiq", "huey_consumer", "huey_consumer.py", "rqworker"))
_QUEUE_COMMANDS: Final = frozenset(
    (
        *("rqworker", "rqworker-pool", "qcluster", "celery", "process_tasks", "db_worker"),
        *("run_huey", "rundramatiq", "procrastinate", "runworker", "celeryd", "start_worker"),
    )
)
# Commands of manage.py that do one thing and end.
_ONE_OFF: Final = frozenset(
    (
        *("migrate", "makemigrations", "collectstatic", "createsuperuser", "loaddata", "check"),
        *("test", "compilemessages", "createcachetable", "flush", "compress", "help"),
    )
)
_BOTS: Final = re.compile(
    r"^\s*(?:import|from)\s+(?:discord|telebot|telegram|aiogram|pyrogram|tweepy|praw|nextcord"
    r"|disnake|slack_bolt|twitchio)\b",
    re.MULTILINE,
)
_LISTENS: Final = re.compile(
    r"flask|django|fastapi|aiohttp|http\.server|uvicorn|socketserver|keep_alive|webhook|waitress"
    r"|bottle|tornado|\.bind\(|\.listen\(|PORT",
)
_TASKS: Final = re.compile(
    r"^\s*@(?:shared_task|app\.task|celery\.task|job|dramatiq\.actor|task)\b|"
    r"\.delay\(|\.apply_async\(|async_task\(",
    re.MULTILINE,
)
_QUEUES: Final = {
    "celery": ("celery",),
    "django-rq": ("rq", "rqworker"),
    "django-q": ("qcluster",),
    "django-q2": ("qcluster",),
    "huey": ("huey",),
    "dramatiq": ("dramatiq",),
}
_CLASSES: Final = re.compile(r"^class +(\w+)", re.MULTILINE)
_FOR_LAPTOPS: Final = re.compile(r"dev|local|test|debug|ci\b", re.IGNORECASE)
_EAGER: Final = re.compile(r"ALWAYS_EAGER|task_always_eager|HUEY.{0,80}immediate", re.DOTALL)


def _worker(context: Context) -> Iterator[Finding]:
    procfile = context.project.procfile
    web = None if procfile is None else procfile.web
    if web is None or not built_by_buildpack(context) or not web.invocations:
        return
    if context.project.server(context.target.platform.name) is not None and not _is_bot(
        context, web.invocations[-1]
    ):
        return
    if all(_listens_to_nothing(item) or _is_bot(context, item) for item in web.invocations):
        twice = procfile is not None and any(item.detail == "web" for item in procfile.problems)
        yield found(
            "worker-declared-as-web",
            web.where,
            # Of two lines `web:` hosts take the last one, as far as is known.
            confidence=Confidence.MEDIUM if twice else Confidence.HIGH,
            values={"command": web.command},
        )


def _listens_to_nothing(invocation: Invocation) -> bool:
    """Whether it works on a queue, or does one thing and ends."""
    words = invocation.words
    if invocation.program == "celery":
        return "worker" in words or "beat" in words
    if invocation.program == "rq":
        return "worker" in words
    if invocation.program in _QUEUE_PROGRAMS:
        return True
    named = [word for word in words if not word.startswith("-")]
    for index, word in enumerate(named[:-1]):
        if posixpath.basename(word) == "manage.py":
            return named[index + 1] in _QUEUE_COMMANDS | _ONE_OFF
    return False


def _is_bot(context: Context, invocation: Invocation) -> bool:
    """Whether a script talks to a chat service, and listens to nothing itself."""
    if not invocation.program.startswith("python"):
        return False
    names = [word for word in invocation.arguments if word.endswith(".py")]
    path = scripts.find(context.project, names[0], invocation.folder) if names else ""
    text = context.project.text(path) if path else None
    if text is None:
        return False
    return bool(_BOTS.search(text.content)) and not _LISTENS.search(text.content)


def _tasks(context: Context) -> Iterator[Finding]:
    project = context.project
    procfile = project.procfile
    if procfile is None or procfile.web is None or not built_by_buildpack(context):
        return
    queue = next((name for name in _QUEUES if project.requirements.get(name)), "")
    commands = " ".join(process.command for process in procfile.processes.values())
    names = " ".join(
        item.program for process in procfile.processes.values() for item in process.invocations
    )
    if not queue or any(word in f"{commands} {names}" for word in _QUEUES[queue]):
        return
    if "worker" in procfile.processes:
        return
    used = _first_use(context)
    if used is not None:
        yield found(
            "task-worker-not-scaled",
            used,
            FileSpan(procfile.path),
            confidence=Confidence.MEDIUM,
            values={"process": "worker"},
        )


def _first_use(context: Context) -> FileSpan | None:
    """Return the first place that queues a task; None where there is none, or tasks run at once."""
    first = None
    for entry in context.project.files.sources:
        text = context.project.text(entry.path)
        if text is None:
            continue
        if any(_counts(context, entry.path, found) for found in _EAGER.finditer(text.content)):
            return None
        use = _TASKS.search(text.content) if first is None else None
        if use is not None:
            line = text.content.count("\n", 0, use.start()) + 1
            line += text.content[use.start() : use.end()].count("\n")
            first = text.at(line)
    return first


def _counts(context: Context, path: str, said: re.Match[str]) -> bool:
    """Whether tasks run at once on the host too: not for what only laptops and tests set."""
    settings = context.project.code.settings
    if settings is None or context.project.code.sources.is_test(path):
        return settings is None
    around = _CLASSES.findall(said.string, 0, said.start())
    if path in settings.files:
        return not (around and _FOR_LAPTOPS.search(around[-1]))
    return not (_FOR_LAPTOPS.search(path) or "settings" in path)


RULES: Final = (
    Rule("worker-declared-as-web", ("worker-declared-as-web",), _worker),
    Rule("task-worker-not-scaled", ("task-worker-not-scaled",), _tasks),
)
