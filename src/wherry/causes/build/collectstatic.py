"""collectstatic, which is run in every build of a Django project."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_COLLECT: Final = Check(
    "It runs with nothing but what the host has set:",
    ('env -i PATH="$PATH" python manage.py collectstatic --noinput --dry-run',),
)

CAUSES: Final = (
    Cause(
        code="WH160",
        name="collectstatic-fails",
        title="collectstatic fails, and the build with it",
        severity=Severity.ERROR,
        why="The buildpack runs `manage.py collectstatic`, which imports the settings and every "
        "installed app. Whatever fails there ({reason|an import, a missing variable, a database "
        "that is not there yet}) stops the build, although it has nothing to do with static "
        "files.",
        looks_like=(
            "-----> $ python manage.py collectstatic --noinput",
            " !     Error: Unable to generate Django static files.",
            " !     Error while running '$ python manage.py collectstatic --noinput'.",
        ),
        remedies=(
            run(
                "Make it fail where you can see it, and mend what its traceback names.",
                'env -i PATH="$PATH" python manage.py collectstatic --noinput --traceback',
            ),
            run(
                "Only where the project has no static files at all: leave it out.",
                "heroku config:set DISABLE_COLLECTSTATIC=1",
                on="heroku",
            ),
            run(
                "Only where the project has no static files at all: leave it out.",
                "dokku config:set {app|APP} DISABLE_COLLECTSTATIC=1",
                on="dokku",
            ),
        ),
        check=_COLLECT,
        sources=(sources.BUILDPACK, sources.DJANGO_STATICFILES, sources.PROJECTS),
        related=(
            "env-var-missing",
            "static-root-unset",
            "static-dir-missing",
            "database-at-import",
        ),
    ),
    Cause(
        code="WH161",
        name="env-var-missing",
        title="{variable|A variable} is read, and is not set",
        severity=Severity.ERROR,
        why="{where|The settings} ask the environment for {variable|a value} and have no answer "
        "for its absence. A `.env` file on your machine is not in git, and rightly so; the host "
        "has its own variables, and the build sees them only if they are set before it.",
        looks_like=(
            "KeyError: 'SECRET_KEY'",
            (
                "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY "
                "setting must not be empty."
            ),
            (
                "decouple.UndefinedValueError: SECRET_KEY not found. Declare it "
                "as envvar or define a default value."
            ),
            "django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable",
        ),
        remedies=(
            run(
                "Set it, then build again.",
                "heroku config:set {variable|SECRET_KEY}=...",
                on="heroku",
            ),
            run(
                "Set it, then build again.",
                "dokku config:set {app|APP} {variable|SECRET_KEY}=...",
                on="dokku",
            ),
            run(
                "Set it, then build again.",
                "railway variables --set {variable|SECRET_KEY}=...",
                on="railway",
            ),
            run(
                "Set it, then deploy again.", "fly secrets set {variable|SECRET_KEY}=...", on="fly"
            ),
            run(
                "Set it, which deploys again.",
                "gcloud run services update {app|SERVICE} --update-env-vars "
                "{variable|SECRET_KEY}=...",
                on="cloud-run",
            ),
            edit(
                "On Render, let the service have one made.",
                "render.yaml",
                "envVars:\n  - key: {variable|SECRET_KEY}\n    generateValue: true",
                on="render",
            ),
            edit(
                "Where the build must run without it (an image), give that one step a stand-in.",
                "Dockerfile",
                "RUN {variable|SECRET_KEY}=only-for-the-build python manage.py "
                "collectstatic --noinput",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=_COLLECT,
        sources=(sources.TWELVE_FACTOR, sources.DJANGO_CHECKLIST, sources.LOGS),
        related=("collectstatic-fails", "secret-key-fallback", "settings-module-not-found"),
    ),
    Cause(
        code="WH165",
        name="database-at-import",
        title="The database is asked while modules are being imported",
        severity=Severity.ERROR,
        why="{where|A query} runs when its module is imported or in AppConfig.ready, so that every "
        "command needs a database with its tables: collectstatic in the build, where there is "
        "none, and the first migrate, which would make them.",
        looks_like=(
            'django.db.utils.ProgrammingError: relation "shop_product" does not exist',
            "django.db.utils.OperationalError: no such table: shop_product",
            "RuntimeWarning: Accessing the database during app initialization is discouraged.",
        ),
        remedies=(
            edit(
                "Ask inside the function that needs the answer; in forms, give a callable.",
                "{code_file|forms.py}",
                "queryset = Product.objects.none()  # and set it in __init__",
            ),
        ),
        check=Check(
            "Checks run without a database:",
            (
                (
                    'env -i PATH="$PATH" DATABASE_URL=postgres://127.0.0.1:1/none '
                    "python manage.py check"
                ),
            ),
        ),
        sources=(sources.DJANGO_APPS,),
        related=("migrations-not-run", "collectstatic-fails"),
    ),
    Cause(
        code="WH166",
        name="collectstatic-disabled",
        title="DISABLE_COLLECTSTATIC is still set",
        severity=Severity.WARNING,
        why="Somebody switched collectstatic off to get past a failing build. Since then no static "
        "file has reached the server: pages come without styles, or not at all where the storage "
        "has a manifest.",
        looks_like=(
            " !     Warning: The .heroku/collectstatic_disabled file is deprecated.",
            "Not Found: /static/admin/css/base.css",
        ),
        platforms=frozenset(("heroku", "dokku")),
        remedies=(
            run(
                "Switch it on again, and mend what failed.",
                "heroku config:unset DISABLE_COLLECTSTATIC",
                on="heroku",
            ),
            run(
                "Switch it on again, and mend what failed.",
                "dokku config:unset {app|APP} DISABLE_COLLECTSTATIC",
                on="dokku",
            ),
        ),
        check=Check(
            "The build log shows it running:", (("heroku config:get DISABLE_COLLECTSTATIC"),)
        ),
        sources=(sources.BUILDPACK, sources.PROJECTS),
        related=("static-manifest-missing", "no-whitenoise-static"),
    ),
)
