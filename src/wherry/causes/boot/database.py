"""The database is not where the settings look, or has no driver."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH225",
        name="database-localhost",
        title="The settings look for the database on {host|localhost}",
        severity=Severity.ERROR,
        why="In the container there is only the app. Heroku, Render, Railway and Fly.io give the "
        "database's address as DATABASE_URL, which the settings do not read, or no database is "
        "attached. While an image is built there is none at all.",
        looks_like=(
            (
                "psycopg2.OperationalError: connection to server at "
                '"localhost" (127.0.0.1), port 5432 failed: Connection refused'
            ),
            (
                "django.db.utils.OperationalError: (2002, \"Can't connect to "
                "local MySQL server through socket "
                "'/var/run/mysqld/mysqld.sock' (2)\")"
            ),
        ),
        remedies=(
            edit(
                "Read the address that the host gives.",
                "{settings|settings.py}",
                'DATABASES = {"default": dj_database_url.config(conn_max_age=600)}',
                needs="dj-database-url in the dependency file",
            ),
            run(
                "Attach a database.",
                "heroku addons:create heroku-postgresql:essential-0",
                on="heroku",
            ),
            run(
                "Attach a database.",
                "dokku postgres:create {app|APP}-db",
                "dokku postgres:link {app|APP}-db {app|APP}",
                on="dokku",
            ),
            run("Attach a database.", "fly postgres attach {database|DATABASE}", on="fly"),
        ),
        check=Check(
            "The address is not this machine:",
            (
                (
                    "python manage.py shell -c 'from django.db import "
                    'connection; print(connection.settings_dict["HOST"])\''
                ),
            ),
        ),
        sources=(sources.POSTGRES, sources.DJANGO_DATABASES, sources.LOGS),
        related=("database-at-import", "database-requires-ssl", "db-driver-missing"),
    ),
    Cause(
        code="WH232",
        name="db-driver-missing",
        title="The database's driver is not installed: {driver|psycopg}",
        severity=Severity.ERROR,
        why="The settings (or the DATABASE_URL that the host sets) name {engine|PostgreSQL}, and "
        "{file|the dependency file} has no driver for it. On your machine the app runs on SQLite, "
        "which needs none.",
        looks_like=(
            "django.core.exceptions.ImproperlyConfigured: Error loading psycopg2 or psycopg module",
            "django.core.exceptions.ImproperlyConfigured: Error loading MySQLdb module.",
        ),
        remedies=(
            edit(
                "PostgreSQL, Django 4.2 and later:",
                "{requirements|requirements.txt}",
                "psycopg[binary]",
            ),
            edit("PostgreSQL, any Django:", "{requirements|requirements.txt}", "psycopg2-binary"),
            edit("MySQL:", "{requirements|requirements.txt}", "mysqlclient"),
        ),
        check=Check("The database can be reached:", ("python manage.py check --database default",)),
        sources=(sources.DJANGO_DATABASES, sources.PROJECTS),
        related=("psycopg2-needs-pg-config", "dependency-not-in-requirements"),
    ),
)
