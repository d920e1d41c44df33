"""Data on a disk, or in a process, that does not last."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_ADD_POSTGRES: Final = (
    run("Attach PostgreSQL.", "heroku addons:create heroku-postgresql:essential-0", on="heroku"),
    run(
        "Attach PostgreSQL.",
        "dokku postgres:create {app|APP}-db",
        "dokku postgres:link {app|APP}-db {app|APP}",
        on="dokku",
    ),
    run("Attach PostgreSQL.", "railway add --database postgres", on="railway"),
    run(
        "Attach PostgreSQL.",
        "fly postgres create",
        "fly postgres attach {database|DATABASE}",
        on="fly",
    ),
)
_BUCKET: Final = """\
STORAGES["default"] = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {"bucket_name": os.environ["BUCKET"]},
}"""

CAUSES: Final = (
    Cause(
        code="WH620",
        name="sqlite-ephemeral",
        title="The database is a SQLite file on a disk that does not last",
        severity=Severity.WARNING,
        why="Each start begins with the file that was deployed: accounts and entries made since "
        "are gone, at the latest after a day, and two dynos see two databases.",
        remedies=(
            *_ADD_POSTGRES,
            edit(
                "Read its address.",
                "{settings|settings.py}",
                'DATABASES = {"default": dj_database_url.config(conn_max_age=600)}',
                needs="dj-database-url and psycopg in the dependency file",
            ),
            run(
                "Or keep the file on a volume.",
                "dokku storage:mount {app|APP} /var/lib/dokku/data/storage/{app|APP}:/app/data",
                on="dokku",
            ),
            run("Or keep the file on a volume.", "fly volumes create data --size 1", on="fly"),
        ),
        check=Check("An entry is still there after a restart:", ("heroku ps:restart web",)),
        sources=(sources.HEROKU_ISOLATION, sources.PROJECTS),
        related=("media-upload-ephemeral", "migrations-not-run", "db-driver-missing"),
    ),
    Cause(
        code="WH621",
        name="media-upload-ephemeral",
        title="Uploads are saved on a disk that does not last",
        severity=Severity.WARNING,
        why="{where|MEDIA_ROOT or the code} writes into the app's folder, which is new with every "
        "start and different on every dyno.",
        remedies=(
            edit(
                "If the upload is only for one prediction, do not save it.",
                "{code_file|views.py}",
                'image = Image.open(request.FILES["image"])',
            ),
            edit(
                "Else keep uploads in object storage.",
                "{settings|settings.py}",
                _BUCKET,
                needs="django-storages[s3] in the dependency file",
            ),
            run(
                "Or on a volume.",
                "dokku storage:mount {app|APP} /var/lib/dokku/data/storage/{app|APP}:/app/media",
                on="dokku",
            ),
            run("Or on a volume.", "fly volumes create media --size 1", on="fly"),
        ),
        check=Check("It is still there after a restart:", ("heroku ps:restart web",)),
        sources=(sources.HEROKU_ISOLATION, sources.DJANGO_FILES, sources.PROJECTS),
        related=("sqlite-ephemeral", "media-not-served", "upload-name-used-as-path"),
    ),
    Cause(
        code="WH622",
        name="media-not-served",
        title="Uploaded files are not found, though they were saved",
        severity=Severity.WARNING,
        why="Nothing serves MEDIA_URL with DEBUG off: `static(settings.MEDIA_URL, ...)` in urls.py "
        "is empty then, and WhiteNoise knows only what was there at the start.",
        looks_like=("Not Found: /media/uploads/cat.jpg",),
        remedies=(
            edit(
                "Keep uploads in object storage, which serves them too.",
                "{settings|settings.py}",
                _BUCKET,
                needs="django-storages[s3] in the dependency file",
            ),
            edit(
                "If it is shown once, put it into the page.",
                "{code_file|views.py}",
                'f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"',
            ),
        ),
        check=Check(
            "With DEBUG off, it comes:", ("curl -I {url|http://127.0.0.1:8000/media/cat.jpg}",)
        ),
        sources=(sources.DJANGO_STATIC, sources.WHITENOISE),
        related=("media-upload-ephemeral", "no-whitenoise-static"),
    ),
    Cause(
        code="WH630",
        name="state-in-process-memory",
        title="{name|A global variable} carries data from one request to the next",
        severity=Severity.WARNING,
        why="Each worker and each dyno has its own, and loses it when it restarts: the second "
        "request finds nothing, or another visitor's data. The local-memory cache is no better.",
        remedies=(
            edit(
                "Keep it in the session.",
                "{code_file|views.py}",
                'request.session["result"] = result',
            ),
            edit(
                "Or in a cache that all share.",
                "{settings|settings.py}",
                'CACHES = {"default": {"BACKEND": '
                '"django.core.cache.backends.db.DatabaseCache", "LOCATION": '
                '"cache"}}',
                "python manage.py createcachetable",
            ),
        ),
        check=Check("It works with two workers:", ("gunicorn --workers 2 {project|mysite}.wsgi",)),
        sources=(sources.TWELVE_FACTOR, sources.HEROKU_ISOLATION),
        related=("too-many-workers", "sqlite-ephemeral"),
    ),
)
