"""Keys and passwords that are in the repository."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_DEPLOY: Final = Check("Django has nothing left to say:", ("python manage.py check --deploy",))
_FROM_ENVIRONMENT: Final = 'SECRET_KEY = os.environ["SECRET_KEY"]'
_NEW_KEY: Final = (
    "heroku config:set SECRET_KEY=\"$(python -c 'from django.core.management.utils import "
    "get_random_secret_key as key; print(key())')\""
)

CAUSES: Final = (
    Cause(
        code="WH601",
        name="secret-key-hard-coded",
        title="SECRET_KEY is written in {settings|the settings}",
        severity=Severity.WARNING,
        why="Whoever can read the repository can forge sessions and password resets of the live "
        "site. git remembers it after it is removed, so that a new key is needed.",
        remedies=(
            edit(
                "Read it from the environment, and give the host a new one.",
                "{settings|settings.py}",
                _FROM_ENVIRONMENT,
                _NEW_KEY,
                on="heroku",
            ),
            edit(
                "Read it from the environment, and set a new one on the host.",
                "{settings|settings.py}",
                _FROM_ENVIRONMENT,
                on="dokku railway fly cloud-run",
            ),
            edit(
                "Let Render make one.",
                "render.yaml",
                "envVars:\n  - key: SECRET_KEY\n    generateValue: true",
                on="render",
            ),
        ),
        check=_DEPLOY,
        sources=(sources.DJANGO_CHECKLIST, sources.PROJECTS),
        related=("secret-key-fallback", "secrets-committed", "env-var-missing"),
    ),
    Cause(
        code="WH602",
        name="secret-key-fallback",
        title="SECRET_KEY falls back to a key that is in the repository",
        severity=Severity.WARNING,
        why="Where the variable is not set, the site runs on a key that everyone can read, and "
        "nothing tells you.",
        remedies=(
            edit("Fail without it.", "{settings|settings.py}", _FROM_ENVIRONMENT),
            edit(
                "Or have one for development only.",
                "{settings|settings.py}",
                'SECRET_KEY = "only-for-development" if DEBUG else os.environ["SECRET_KEY"]',
            ),
        ),
        check=Check(
            "Without the variable it refuses to start:",
            ("env -u SECRET_KEY python manage.py check --deploy",),
        ),
        sources=(sources.DJANGO_CHECKLIST, sources.PROJECTS),
        related=("secret-key-hard-coded", "env-var-missing", "debug-default-true"),
    ),
    Cause(
        code="WH603",
        name="secrets-committed",
        title="{what|A secret} is committed in {file|a file}",
        severity=Severity.WARNING,
        why="Keys, passwords, tokens or an .env file are in git, and stay in its history for "
        "everybody who ever gets a copy. Robots find new ones on GitHub within minutes.",
        remedies=(
            run(
                "Make it worthless first: revoke it where it was issued, and set "
                "the new one on the host only.",
                "heroku config:set {variable|API_KEY}=...",
                on="heroku",
            ),
            run(
                "Make it worthless first: revoke it where it was issued, and set "
                "the new one on the host only.",
                "fly secrets set {variable|API_KEY}=...",
                on="fly",
            ),
            edit(
                "Take the file out of git, and keep it out.",
                ".gitignore",
                "{file|.env}",
                "git rm --cached {file|.env}",
            ),
        ),
        check=Check(
            "git tracks no such file:", ("git ls-files '*.env' '*.pem' '*credentials*.json'",)
        ),
        sources=(sources.TWELVE_FACTOR, sources.PROJECTS),
        related=("secret-key-hard-coded",),
    ),
)
