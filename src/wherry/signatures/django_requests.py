"""Requests that Django refuses or fails."""

import re
from typing import Final

from wherry.signatures.conditions import passes
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$|\[?[0-9a-f]*:[0-9a-f:]+\]?$")
_PRIVATE: Final = re.compile(r"(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|healthcheck\.")
# An app's own address, as the platforms give them.
_APP: Final = re.compile(
    r"(?:herokuapp\.com|onrender\.com|railway\.app|fly\.dev|run\.app|appspot\.com|vercel\.app"
    r"|ondigitalocean\.app|pythonanywhere\.com|ngrok(?:-free)?\.(?:io|app)|azurewebsites\.net"
    r"|compute\.amazonaws\.com|elasticbeanstalk\.com|koyeb\.app|cyclic\.app)(?::\d+)?$"
)


def _host(event: Event, found: re.Match[str]) -> Verdict:
    """A host that is not allowed: the app's own address, a health check's, or a scanner's."""
    host = found["host"]
    values = {"host": host}
    if "healthcheck.railway.app" in host:
        return Verdict("health-check-refused", {**values, "status": "400"})
    if host in ("", "null") or (_ADDRESS.match(host) and not _PRIVATE.match(host)):
        return Verdict("~strange-host", values)
    if host.startswith(("localhost", "127.0.0.1", "0.0.0.0")):  # noqa: S104 - read, not bound
        return Verdict("allowed-hosts", values)
    if _ADDRESS.match(host):
        return Verdict("allowed-hosts", values)
    if "allowed" not in event.text.lower() or _APP.search(host):
        return Verdict("allowed-hosts", values)
    return Verdict("allowed-hosts", values)


def _key_error(event: Event, found: re.Match[str]) -> Verdict | None:
    """A KeyError out of os.environ, or one that is written like a variable at start-up."""
    name = found["variable"]
    environ = any(
        frame.path.endswith(("/os.py", "<frozen os>")) or frame.path.rpartition("/")[2] == "os.py"
        for frame in event.frames
    ) or any(re.search(r"environ|getenv|env\(", frame.code) for frame in event.frames[-3:])
    if environ:
        return Verdict("env-var-missing", {"variable": name})
    if not event.frames and re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", name):
        return Verdict("env-var-missing", {"variable": name})
    return None


# What a program calls a variable that it cannot do without, and how it says so.
_NEEDED: Final = r"[A-Z][A-Z0-9_]*(?:SECRET|KEY|TOKEN|PASSWORD|URL)[A-Z0-9_]*"
_LACKS: Final = ("is not set", "is missing", "is not defined", "is undefined", "is required",
                 "has not been set", "must be set", "must be defined", "must be provided",
                 "must not be empty", "not set")  # fmt: skip
_READ: Final = re.compile(
    r"(?:environ\.get|getenv|environ|config|env(?:\.\w+)?)[(\[]\s*['\"](?P<variable>[A-Z]\w+)['\"]"
)


def _used_unset(event: Event, found: re.Match[str]) -> Verdict | None:
    """A variable is read and used in one line, and its value was nothing."""
    del found
    own = [frame for frame in event.frames if not frame.library]
    read = _READ.search(own[-1].code) if own else None
    return Verdict("env-var-missing", {"variable": read["variable"]}) if read else None


def _settings_field(event: Event, found: re.Match[str]) -> Verdict:
    """Return the variable that a field of pydantic's settings is read from."""
    del event
    return Verdict("env-var-missing", {"variable": found["variable"].upper()})


def _ssl_loop(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("~redirected", values_of(found))


SIGNATURES = (
    *sees(
        "allowed-hosts health-check-refused ~strange-host",
        r"Invalid HTTP_HOST header: '(?P<host>[^']{0,255})'",
        judge=_host,
    ),
    *sees("allowed-hosts", r"You must set settings\.ALLOWED_HOSTS if DEBUG is False"),
    *sees(
        "csrf-trusted-origins",
        r"Origin checking failed - (?P<origin>\S+) does not match any trusted origins",
        (
            r"\(4_0\.E001\) As of Django 4\.0, the values in the CSRF_TRUSTED_ORIGINS setting must "
            r"start with a scheme"
        ),
        r"Referer checking failed - .{1,120} does not match any trusted origins",
        r"Forbidden \(CSRF (?:cookie not set|token missing|token from POST incorrect)",
    ),
    *sees(
        "env-var-missing",
        r"KeyError: ['\"](?P<variable>[A-Za-z]\w*)['\"]",
        types="KeyError",
        judge=_key_error,
    ),
    *sees(
        "env-var-missing",
        r"The (?P<variable>SECRET_KEY) setting must not be empty",
        r"Set the (?P<variable>\w+) environment variable",
        (
            r"UndefinedValueError: (?P<variable>\w+) not found\. Declare it as envvar or define a "
            r"default value"
        ),
        r"(?P<variable>[A-Z]\w{1,80}) not found\. Declare it as envvar or define a default value",
        (
            r"The (?P<variable>[A-Z][A-Z0-9_]+) environment variable (?:is not set|is required|"
            r"must be set)"
        ),
        (
            r"[Ee]nvironment variable \W?(?P<variable>[A-Z][A-Z0-9_]+)\W? (?:is )?(?:not set|not "
            r"found|missing|required)"
        ),
        r"Config '(?P<variable>\w+)' is missing, and has no default",
        r"ValidationError: (?P<variable>\w+) is required in env \w+",
        r"is required to be set as the environment variable \W(?P<variable>\w+)",
        r"EnvError: Environment variable \"(?P<variable>\w+)\" not set",
        r"Environment variable \"(?P<variable>\w+)\" not set",
        r"(?P<variable>[A-Z][A-Z0-9_]{3,}) (?:is )?not set in (?:the )?environment",
        (
            r"The api_key client option must be set either by passing api_key to the client or by "
            r"setting the (?P<variable>\w+) environment variable"
        ),
        r"DATABASES is improperly configured\. Please supply the ENGINE value",
        r"settings\.DATABASES is improperly configured",
        r"No DATABASE_URL environment variable set",
        r"Must supply (?:cloud_name|api_key)",
        (
            r"[Ee]nvironment variable \W?(?P<variable>[A-Z][A-Z0-9_]+)\W? (?:must be|is not|has "
            r"not been|was not|not) (?:set|defined|provided|found|configured)"
        ),
        *(
            rf"{missing} (?:required |mandatory )?(?:environment|env) var(?:iable)?s?:? "
            r"[\['\"]{0,2}(?P<variable>[A-Z][A-Z0-9_]+)"
            for missing in ("missing", "Missing")
        ),
        r"Set the (?P<variable>[A-Z][A-Z0-9_]+) env(?:ironment)? var(?:iable)?",
        r"required variable (?P<variable>\w+) is missing a value",
        (
            r"You must specify (?P<variable>POSTGRES_PASSWORD|MYSQL_ROOT_PASSWORD) to a non-empty "
            r"value"
        ),
        r"Database is uninitialized and (?:superuser )?password (?:option )?is not specified",
        r"Expected string or URL object, got None",
        r"Could not parse (?:rfc1738|SQLAlchemy) URL from (?:given URL )?string ''",
        r"InvalidEnvironmentVariable",
        r"(?P<variable>\w{1,200}) Field required \[type=missing.{1,80}settings",
    ),
    *sees(
        "env-var-missing",
        *(rf"(?P<variable>{_NEEDED}) {lacks}" for lacks in _LACKS),
        types="RuntimeError ValueError ImproperlyConfigured Exception EnvironmentError OSError "
        "AssertionError KeyError ConfigError ConfigurationError",
    ),
    *sees(
        "env-var-missing",
        r"'NoneType'",
        r"got None\b",
        r"not NoneType",
        r"invalid literal for int\(\) with base 10: ''",
        r"could not convert string to float: ''",
        r"Scheme '.{0,8}://' is unknown",
        r"Invalid truth value: .{0,20}",
        types="AttributeError TypeError ValueError ArgumentError UnknownSchemeError",
        judge=_used_unset,
    ),
    *sees(
        "env-var-missing",
        r"validation errors? for \w{1,80} (?P<variable>\w{1,80}) Field required",
        types="ValidationError",
        when=passes("/pydantic_settings/"),
        judge=_settings_field,
    ),
    *sees(
        "env-var-missing",
        r"validation errors? for \w{0,60}(?:Settings|Config|Env|Environment) "
        r"(?P<variable>\w{1,80}) Field required",
        types="ValidationError",
        when=lambda event: not event.frames,
        judge=_settings_field,
    ),
    *sees(
        "settings-module-not-found",
        (
            r"but settings are not configured\. You must either define the environment variable "
            r"(?P<variable>DJANGO_SETTINGS_MODULE)"
        ),
        r"Could not import settings '(?P<module>[^'\n]{1,120})'",
        r"required to perform a relative import for '(?P<module>\.\S*settings\S*)'",
    ),
    *sees(
        "template-missing",
        r"TemplateDoesNotExist: (?P<template>[^\n]{1,200})",
        r"jinja2\.exceptions\.TemplateNotFound: (?P<template>\S{1,200})",
        r"TemplateNotFound: (?P<template>\S{1,200})",
    ),
    *sees(
        "upload-too-large",
        r"Request body exceeded settings\.DATA_UPLOAD_MAX_MEMORY_SIZE",
        r"client intended to send too large body: (?P<limit>\d+ bytes)",
        r"413 Request Entity Too Large",
        r"413 Payload Too Large",
        r"RequestDataTooBig: .{1,80}",
        r"exceeded settings\.DATA_UPLOAD_MAX_NUMBER_(?:FIELDS|FILES)",
        r"RequestEntityTooLarge: 413",
    ),
    *sees(
        "ssl-redirect-without-proxy-header",
        r"ERR_TOO_MANY_REDIRECTS",
        r"redirected you too many times",
        r"TooManyRedirects: Exceeded 30 redirects",
    ),
    *sees(
        "~redirected",
        r"\"(?:GET|HEAD) (?P<path>/\S*) HTTP/1\.[01]\" 301 (?:0|Moved Permanently)",
        # Heroku's router knows that the visitor came over TLS already.
        r"method=GET path=\"(?P<path>/\S*)\" .{1,200} status=301 .{1,40}protocol=https",
        judge=_ssl_loop,
    ),
    # Celery's and RQ's own limits: their workers kill the task's process themselves.
    *sees(
        "~time-limit",
        r"Hard time limit \([\d.]+s\) exceeded for \S+",
        r"Task exceeded maximum timeout value \(\d+ seconds\)",
        r"Work-horse killed by .{0,20}timeout",
    ),
    *sees("~unregistered-task", r"Received unregistered task of type '(?P<task>[^']+)'"),
    *sees(
        "~server-error",
        r"Internal Server Error: (?P<path>/\S*)",
        r"Exception on (?P<path>/\S*) \[\w+\]",
        r"Exception in ASGI application",
    ),
    *sees(
        "~answered-500",
        r"HTTP/[\d.]+\"? 500",
        r"status=500",
    ),
)
