"""Databases that refuse a connection."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_DATABASE_URL: Final = (
    'DATABASES = {"default": dj_database_url.config(conn_max_age=600, ssl_require=True)}'
)

CAUSES: Final = (
    Cause(
        code="WH625",
        name="database-requires-ssl",
        title="The database refuses connections without TLS",
        severity=Severity.ERROR,
        why="Hosted PostgreSQL takes encrypted connections only. The settings turn TLS off, or the "
        "address has lost its sslmode.",
        looks_like=(
            (
                'FATAL:  no pg_hba.conf entry for host "10.1.2.3", user "u1", '
                'database "d1", no encryption'
            ),
            'FATAL:  no pg_hba.conf entry for host "10.1.2.3", user "u1", database "d1", SSL off',
        ),
        remedies=(edit("Ask for TLS.", "{settings|settings.py}", _DATABASE_URL),),
        check=Check("It connects:", ("heroku run -- python manage.py check --database default",)),
        sources=(sources.POSTGRES,),
        related=("database-localhost", "database-credentials-stale"),
    ),
    Cause(
        code="WH626",
        name="too-many-database-connections",
        title="All connections of the database are in use",
        severity=Severity.WARNING,
        why="Small plans allow 20. Every thread of every worker of every dyno keeps its own while "
        "CONN_MAX_AGE lasts, and a deploy has old and new dynos at the same time.",
        looks_like=(
            'FATAL:  too many connections for role "u1"',
            (
                "FATAL:  remaining connection slots are reserved for "
                "non-replication superuser connections"
            ),
        ),
        remedies=(
            edit(
                "Keep them for the length of a request only.",
                "{settings|settings.py}",
                'DATABASES = {"default": dj_database_url.config(conn_max_age=0)}',
            ),
            edit(
                "Or share a pool in each process (Django 5.1 and psycopg 3).",
                "{settings|settings.py}",
                'DATABASES["default"]["OPTIONS"] = {"pool": {"max_size": 4}}',
                needs="psycopg[pool] in the dependency file",
            ),
            run("See who holds them.", "heroku pg:ps", on="heroku"),
        ),
        check=Check("Some are left under load:", ("heroku pg:info",)),
        sources=(sources.POSTGRES, sources.DJANGO_DATABASES),
        related=("too-many-workers",),
    ),
    Cause(
        code="WH627",
        name="database-credentials-stale",
        title="The database no longer takes this password or address",
        severity=Severity.ERROR,
        why="Hosts change them now and then, at maintenance and failover. A copy "
        "of DATABASE_URL in the code, in another app or in a .env file is then "
        "out of date.",
        looks_like=(
            'FATAL:  password authentication failed for user "u1"',
            (
                "psycopg2.OperationalError: could not translate host name "
                '"ec2-1-2-3-4.compute-1.amazonaws.com" to address: Name or '
                "service not known"
            ),
        ),
        remedies=(
            edit(
                "Read it from the environment at every start.",
                "{settings|settings.py}",
                'DATABASES = {"default": dj_database_url.config(conn_max_age=600)}',
            ),
            run(
                "Where another app uses it, attach it there too instead of copying.",
                "heroku addons:attach {database|DATABASE} --app {other|OTHER}",
                on="heroku",
            ),
        ),
        check=Check("It connects:", ("heroku run -- python manage.py check --database default",)),
        sources=(sources.POSTGRES,),
        related=("database-localhost", "secrets-committed"),
    ),
    Cause(
        code="WH628",
        name="database-too-old-for-django",
        title="The database server is older than Django supports",
        severity=Severity.ERROR,
        why="Django 5.2 wants PostgreSQL 14, MySQL 8.0.11 or MariaDB 10.5 at least.",
        looks_like=(
            "django.db.utils.NotSupportedError: PostgreSQL 14 or later is required (found 12.17).",
        ),
        remedies=(
            run(
                "Upgrade the database (make a backup first).",
                "heroku pg:backups:capture",
                "heroku pg:upgrade:run DATABASE_URL",
                on="heroku",
            ),
            run(
                "Upgrade the database (make a backup first).",
                "dokku postgres:upgrade {database|DATABASE} --image-version 17",
                on="dokku",
            ),
            edit(
                "Or stay on a Django that knows it.",
                "{requirements|requirements.txt}",
                "django~=4.2.0",
                pythons="3.8-3.12",
            ),
        ),
        check=Check("Its version:", ("heroku pg:info",)),
        sources=(sources.DJANGO_DATABASES,),
        related=("django-unpinned",),
    ),
    Cause(
        code="WH629",
        name="redis-self-signed-certificate",
        title="Redis is refused: its certificate is self-signed",
        severity=Severity.ERROR,
        why="Heroku Key-Value Store speaks TLS with a certificate that no "
        "authority signed; clients that check certificates refuse it.",
        looks_like=(
            (
                "ssl.SSLCertVerificationError: [SSL: "
                "CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
                "self-signed certificate in certificate chain"
            ),
            (
                "ValueError: A rediss:// URL must have parameter ssl_cert_reqs "
                "and this must be set to CERT_REQUIRED, CERT_OPTIONAL, or "
                "CERT_NONE"
            ),
        ),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Encrypt without checking it, as Heroku says.",
                "{settings|settings.py}",
                'CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_NONE}',
            ),
            edit(
                "The same for the cache.",
                "{settings|settings.py}",
                'CACHES["default"]["OPTIONS"] = {"ssl_cert_reqs": None}',
            ),
        ),
        check=Check("It answers:", ("heroku redis:info",)),
        sources=(sources.HEROKU_REDIS,),
        related=("third-party-service",),
    ),
)
