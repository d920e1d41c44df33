"""Tables that the database does not have."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH623",
        name="migrations-not-run",
        title="The database lacks {table|a table or a column}",
        severity=Severity.ERROR,
        why="The code was deployed and the migrations were not applied to this "
        "database: no release phase, or a database that is new with each start.",
        looks_like=(
            'django.db.utils.ProgrammingError: relation "auth_user" does not exist',
            "django.db.utils.OperationalError: no such table: django_session",
            (
                "You have 18 unapplied migration(s). Your project may not work "
                "properly until you apply the migrations for app(s): admin, "
                "auth, contenttypes, sessions."
            ),
        ),
        remedies=(
            edit(
                "Apply them with every release.",
                "Procfile",
                "release: python manage.py migrate --noinput",
                on="heroku dokku",
            ),
            run("Apply them now.", "heroku run -- python manage.py migrate", on="heroku"),
            run("Apply them now.", "dokku run {app|APP} python manage.py migrate", on="dokku"),
            edit(
                "Apply them with every release.",
                "fly.toml",
                '[deploy]\n  release_command = "python manage.py migrate --noinput"',
                on="fly",
            ),
            edit(
                "Apply them with every release.",
                "render.yaml",
                "preDeployCommand: python manage.py migrate --noinput",
                on="render",
            ),
            edit(
                "Apply them with every release.",
                "railway.json",
                '{"deploy": {"preDeployCommand": ["python manage.py migrate --noinput"]}}',
                on="railway",
            ),
            run(
                "Apply them before a release, as a job.",
                "gcloud run jobs deploy migrate --source . --command python --args "
                "manage.py,migrate --execute-now",
                on="cloud-run",
            ),
        ),
        check=Check("All are applied:", ("heroku run -- python manage.py showmigrations --plan",)),
        sources=(sources.DJANGO_MIGRATIONS, sources.HEROKU_RELEASE),
        related=(
            "migrations-not-committed",
            "database-at-import",
            "release-phase-failed",
            "sqlite-ephemeral",
        ),
    ),
    Cause(
        code="WH624",
        name="migrations-not-committed",
        title="{app|An app}'s migrations are not in git",
        severity=Severity.ERROR,
        why="A pattern in .gitignore or a forgotten `git add` keeps them on your machine. The host "
        "has models without tables, and a makemigrations there makes others each time.",
        looks_like=(
            (
                "Your models in app(s): 'shop' have changes that are not yet "
                "reflected in a migration, and so won't be applied."
            ),
            'django.db.utils.ProgrammingError: relation "shop_item" does not exist',
        ),
        remedies=(
            run(
                "Make and commit them.",
                "python manage.py makemigrations",
                "git add --force '*/migrations/*.py'",
            ),
            edit(
                "Take the pattern out of .gitignore.", ".gitignore", "# migrations are source code"
            ),
        ),
        check=Check(
            "Nothing is missing:",
            (
                "python manage.py makemigrations --check --dry-run",
                "git ls-files '*/migrations/*.py'",
            ),
        ),
        sources=(sources.DJANGO_MIGRATIONS,),
        related=("migrations-not-run",),
    ),
)
