"""Settings that are safe at home only."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

_DEPLOY: Final = Check("Django has nothing left to say:", ("python manage.py check --deploy",))

CAUSES: Final = (
    Cause(
        code="WH604",
        name="debug-true",
        title="DEBUG is on",
        severity=Severity.WARNING,
        why="Error pages show settings, code and variables to everybody, and every "
        "query is kept in memory. ALLOWED_HOSTS and static files behave "
        "differently too, so that faults only show once it is off.",
        remedies=(
            edit(
                "Off, unless the environment says otherwise.",
                "{settings|settings.py}",
                'DEBUG = os.environ.get("DEBUG") == "1"',
            ),
        ),
        check=_DEPLOY,
        sources=(sources.DJANGO_CHECKLIST, sources.PROJECTS),
        related=(
            "debug-default-true",
            "allowed-hosts",
            "no-whitenoise-static",
            "memory-grows-with-requests",
        ),
    ),
    Cause(
        code="WH605",
        name="debug-default-true",
        title="DEBUG is on unless a variable turns it off",
        severity=Severity.WARNING,
        why="{line|The default} is the unsafe one: a host on which the variable was forgotten, or "
        'is spelled "false" where Python takes any text for true, shows its insides.',
        remedies=(
            edit(
                "Turn the default round.",
                "{settings|settings.py}",
                'DEBUG = os.environ.get("DEBUG") == "1"',
            ),
        ),
        check=Check(
            "Without the variable it is off:", ("env -u DEBUG python manage.py check --deploy",)
        ),
        sources=(sources.DJANGO_CHECKLIST, sources.PROJECTS),
        related=("debug-true", "secret-key-fallback"),
    ),
    Cause(
        code="WH606",
        name="allowed-hosts-star",
        title="ALLOWED_HOSTS allows every host",
        severity=Severity.NOTE,
        why='Links in password mails and cached pages are built from the Host header; with "*" a '
        "visitor chooses it.",
        remedies=(
            edit(
                "List the names that the site has.",
                "{settings|settings.py}",
                'ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")',
            ),
        ),
        check=Check(
            "A stranger's name is refused:",
            ("curl -sI -H 'Host: example.org' http://127.0.0.1:8000/",),
        ),
        sources=(sources.DJANGO_SETTINGS, sources.DJANGO_SECURITY, sources.PROJECTS),
        related=("allowed-hosts",),
    ),
    Cause(
        code="WH609",
        name="cookies-without-secure",
        title="Sessions travel over plain HTTP too",
        severity=Severity.NOTE,
        why="Without SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE a browser also sends these "
        "cookies to http://, where anyone on the way can read them.",
        remedies=(
            edit(
                "Send them over TLS only.",
                "{settings|settings.py}",
                "SESSION_COOKIE_SECURE = not DEBUG\nCSRF_COOKIE_SECURE = not DEBUG",
            ),
        ),
        check=_DEPLOY,
        sources=(sources.DJANGO_CHECKLIST, sources.DJANGO_SECURITY),
        related=("ssl-redirect-without-proxy-header",),
    ),
)
