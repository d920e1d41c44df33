"""The start command, and what it names: commands, modules, attributes, scripts."""

import re
from typing import Final

from wherry.signatures.conditions import running
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_OTHER_LANGUAGES_TEXT: Final = """
npm node yarn npx pnpm bundle bundler rails ruby rake java php composer mvn go cargo puma bun deno
"""
# Programs that npm installs into a project: it is npm's part that lacks them.
_NODE_TOOLS_TEXT: Final = """
next vite react-scripts tsc tailwindcss postcss sass webpack esbuild rollup parcel gulp grunt nuxt
ng vue-cli-service craco turbo rimraf cross-env run-s run-p npm-run-all husky svelte-kit astro
"""
_OTHER_LANGUAGES: Final = frozenset(_OTHER_LANGUAGES_TEXT.split())
_NODE_TOOLS: Final = frozenset(_NODE_TOOLS_TEXT.split())


_DOWNLOADS: Final = {
    "/gdown/": "model-downloaded-at-request",
    "/huggingface_hub/": "model-downloaded-at-request",
    "data_utils.py": "model-downloaded-at-request",
    "file_utils.py": "model-downloaded-at-request",
    "load_model(": "model-loaded-per-request",
    "hdf5_format": "model-loaded-per-request",
    "saving_lib": "model-loaded-per-request",
    ".fit(": "training-in-request",
}
_TAKES_LONG: Final = {
    **_DOWNLOADS,
    "/requests/": "outbound-call-without-timeout",
    "/urllib3/": "outbound-call-without-timeout",
    "/urllib/request.py": "outbound-call-without-timeout",
    "/http/client.py": "outbound-call-without-timeout",
    "/httpx/": "outbound-call-without-timeout",
    "/httpcore/": "outbound-call-without-timeout",
    "/httplib2/": "outbound-call-without-timeout",
    "/botocore/": "outbound-call-without-timeout",
    "/aiohttp/client": "outbound-call-without-timeout",
    "/smtplib.py": "outbound-call-without-timeout",
    "/ftplib.py": "outbound-call-without-timeout",
    "/imaplib.py": "outbound-call-without-timeout",
}


def _command(event: Event, found: re.Match[str]) -> Verdict | None:
    command = found["command"].strip("'\"`").removesuffix(":")
    name = command.rpartition("/")[2]
    if name.endswith(("\\r", "\r")) or "\\r" in command or "\r" in command:
        return Verdict("crlf-line-endings", {})
    if name == "gunicorn":
        return Verdict("gunicorn-not-installed", {})
    if name in _NODE_TOOLS:
        return Verdict("another-language", {})
    if event.building or (event.source == "build" and name in ("gcc", "cc", "make")):
        return Verdict("build-tools-missing", {"missing": name})
    if name in _OTHER_LANGUAGES:
        if event.source in ("heroku", "app", "build"):
            return Verdict("wrong-buildpack", {"buildpack": name})
        return Verdict("start-command-not-found", {"command": name})
    if re.fullmatch(r"Procfile|web|import|from|print", name):
        return None
    return Verdict("start-command-not-found", {"command": command})


def _attribute(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("wsgi-attribute-not-found", values_of(found))


def _missing_script(event: Event, found: re.Match[str]) -> Verdict:
    del event
    script = found["script"]
    if script.endswith("manage.py"):
        return Verdict("project-not-at-root", {})
    return Verdict("start-command-not-found", {"command": script, "script": script})


def _exec_failed(event: Event, found: re.Match[str]) -> Verdict:
    """A script that is there and cannot be started has an interpreter that is not: '\\r'."""
    del event
    command = found["command"].strip("'\"`")
    if command.endswith(".sh"):
        return Verdict(
            "crlf-line-endings",
            {"file": command},
            ("start-command-not-found",),
            f"`file {command}`: CRLF line terminators, or the script is not in the image",
            sure=False,
        )
    if command.rpartition("/")[2] == "gunicorn":
        return Verdict("gunicorn-not-installed", {})
    return Verdict("start-command-not-found", {"command": command})


def _stopped_while(event: Event, found: re.Match[str]) -> Verdict | None:
    """gunicorn ends a worker that is late in the middle of what it does: that is what took long."""
    del found
    for table in (_DOWNLOADS, _TAKES_LONG):
        for frame in reversed(event.frames):
            for part, name in table.items():
                if part in frame.path or part in frame.code:
                    return Verdict("~stopped-while", {"cause": name})
    return None


SIGNATURES = (
    *sees(
        "crlf-line-endings",
        r"env: .?(?P<command>\w+)(?:\\r|\\015|\r).?: No such file or directory",
        r"/usr/bin/env: .?(?P<command>\w+)(?:\\r|\r).{0,3} No such file or directory",
        r"\$'\\r': command not found",
        r"syntax error near unexpected token .{0,3}\$.\\r'",
        r"bad interpreter: .{0,40}\^M.{0,10}No such file or directory",
        r"/bin/(?:ba)?sh\^M: bad interpreter",
        r"set: (?:-\\r|illegal option -\r|-\r|pipefail\\r|Illegal option -).{0,20}invalid option",
    ),
    *sees(
        "gunicorn-not-installed start-command-not-found wrong-buildpack crlf-line-endings "
        "build-tools-missing another-language",
        r"(?P<command>[^\s:'\"]{1,80}): command not found",
        r"(?:sh|bash|ash): (?:line )?\d+: (?P<command>[^\s:]{1,80}): not found",
        r"sh: (?P<command>[^\s:]{1,80}): not found",
        r"exec: (?P<command>\S{1,80}): not found",
        r"exec: (?P<command>\"[^\"]{1,80}\"): executable file not found in \$PATH",
        r"exec: (?P<command>\"[^\"]{1,80}\"): stat \S+: no such file or directory",
        r"The executable `(?P<command>[^`]{1,80})` could not be found",
        r"env: .?(?P<command>[\w.-]+).?: No such file or directory",
        r"/usr/bin/env: .?(?P<command>[\w.-]+).?: No such file or directory",
        r"Failed to spawn: `(?P<command>[^`]{1,80})`",
        r"spawnerr: can't find command '(?P<command>[^']{1,200})'",
        r"spawnerr: command at '(?P<command>[^']{1,200})' is not executable",
        r"Command not found: (?P<command>\S{1,80})",
        (
            r"/(?:\S{1,200}/)?(?P<command>gunicorn|uvicorn|daphne|celery|python3?): "
            r"No such file or directory"
        ),
        r"/(?:\S{1,200}/)?(?P<command>gunicorn|uvicorn|daphne|celery|python3?): not found",
        judge=_command,
    ),
    *sees(
        "crlf-line-endings start-command-not-found gunicorn-not-installed",
        r"exec (?P<command>/\S{1,200}): no such file or directory",
        r"exec: (?P<command>\"/[^\"]{1,200}\"): no such file or directory",
        judge=_exec_failed,
    ),
    *sees(
        "image-architecture-mismatch",
        r"exec format error",
        r"Exec format error",
        r"cannot execute binary file",
        r"Container manifest type .{1,80} must support amd64/linux",
        r"does not match the (?:specified|detected host) platform.{0,80}exec",
        r"no matching manifest for linux/amd64",
    ),
    *sees(
        "start-command-not-found",
        r"(?:ba)?sh: (?:line )?\d*:? ?(?P<command>\S{1,120}): Permission denied",
        r"exec: \"(?P<command>[^\"]{1,120})\": permission denied",
        r"bash: (?:line \d+: )?(?P<command>\.?/\S{1,120}): No such file or directory",
        r"(?P<command>\S{1,120}): cannot execute: required file not found",
        r"starting container process caused: exec: \"(?P<command>[^\"]{1,120})\"",
        r"failed to exec .{0,20}(?P<command>\S{1,120}):",
        r"No start command could be found",
        r"No start command was found",
        r"You do not have .{0,40}start command",
    ),
    *sees(
        "no-web-process",
        r"Procfile declares types -> \(none\)",
        r"when there is no default process a command is required",
        r"Couldn't find that process type \(web\)",
        r"Couldn't find that formation",
        r"Couldn't find that process type",
    ),
    *sees(
        "project-not-at-root start-command-not-found",
        r"can't open file '(?P<script>[^']{1,200})': \[Errno 2\]",
        judge=_missing_script,
    ),
    *sees(
        "wsgi-attribute-not-found",
        r"Failed to find attribute '(?P<attribute>\w+)' in '(?P<module>[\w.]+)'",
        r"Failed to find application object '?(?P<attribute>\w+)'? in '?(?P<module>[\w.]+)'?",
        (
            r"Error loading ASGI app\. Attribute \"(?P<attribute>\w+)\" not found in module "
            r"\"(?P<module>[\w.]+)\""
        ),
        r"Failed to find application: '(?P<module>[^']+)'",
        r"Failed to find Flask application or factory in module '(?P<module>[\w.]+)'",
        r"Application object must be callable",
        r"Module '(?P<module>[\w.]+)' has no attribute '(?P<attribute>\w+)'",
        r"Failed to parse '(?P<attribute>[^']+)' as an attribute name or function call",
        (
            r"ImproperlyConfigured: WSGI application '(?P<module>[\w.]+)' could not be loaded; "
            r"Error importing module"
        ),
        judge=_attribute,
    ),
    *sees(
        "~no-app",
        r"unable to load app .{0,60}callable not found or import error",
        when=lambda event: event.raised is None,
    ),
    *sees(
        "wsgi-module-not-found",
        r"Error loading ASGI app\. Could not import module \"(?P<module>[\w.]+)\"",
        r"Error: No module named '?(?P<module>[\w.]+)'?$",
        r"Error: Could not import '(?P<module>[\w.]+)'",
        r"Error: Could not locate a Flask application",
        when=lambda event: event.raised is None or event.raised.name == "Error",
    ),
    *sees(
        "wsgi-asgi-mixed-up",
        r"ASGIHandler\.__call__\(\) (?:missing|takes) .{1,80}",
        r"WSGIHandler\.__call__\(\) (?:missing|takes) .{1,80}",
        (
            r"__call__\(\) missing \d required positional arguments?: '(?:receive|send|"
            r"start_response|scope)'"
        ),
        r"FastAPI\.__call__\(\) missing .{1,80}",
        r"Starlette\.__call__\(\) missing .{1,80}",
        r"ASGI 'lifespan' protocol appears unsupported.{0,10}__call__",
        r"object HttpResponse can't be used in 'await' expression",
    ),
    *sees(
        "runserver-in-production",
        r"Starting development server at (?P<url>\S+)",
        r"This is a development server\. Do not use it in a production setting",
    ),
    # What every later request says once the first one failed to load the project.
    *sees("~app-crash", r"populate\(\) isn't reentrant"),
    *sees("~stopped-while", r"SystemExit: 1", types="SystemExit", judge=_stopped_while),
    *sees(
        "~app-crash",
        r"App failed to load",
        r"Worker failed to boot",
        r"Exception in worker process",
        r"Worker failed to boot\.",
        r"State changed from (?:starting|up) to crashed",
        r"Process exited with status (?!143|130)(?P<status>[1-9]\d{0,2})",
        r"Exited with status (?P<status>[1-9]\d{0,2})",
        r"exited with code (?!143|130)(?P<status>[1-9]\d{0,2})",
        r"Main child exited normally with code: (?!143|130)(?P<status>[1-9]\d{0,2})",
        r"Container called exit\((?P<status>[1-9]\d{0,2})\)",
        when=running,
    ),
)
