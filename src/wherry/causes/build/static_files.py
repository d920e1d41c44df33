"""The static files that collectstatic collects."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_COLLECT: Final = Check(
    "It runs with nothing but what the host has set:",
    ('env -i PATH="$PATH" python manage.py collectstatic --noinput --dry-run',),
)
_STORAGES: Final = """\
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}"""

CAUSES: Final = (
    Cause(
        code="WH162",
        name="static-root-unset",
        title="STATIC_ROOT is not set",
        severity=Severity.ERROR,
        why="collectstatic copies every app's static files into the folder STATIC_ROOT, and the "
        "settings do not name one.",
        looks_like=(
            (
                "django.core.exceptions.ImproperlyConfigured: You're using the "
                "staticfiles app without having set the STATIC_ROOT setting to "
                "a filesystem path."
            ),
        ),
        remedies=(
            edit(
                "Name a folder that git ignores.",
                "{settings|settings.py}",
                'STATIC_ROOT = BASE_DIR / "staticfiles"',
            ),
        ),
        check=_COLLECT,
        sources=(sources.DJANGO_STATICFILES, sources.LOGS),
        related=("collectstatic-fails", "no-whitenoise-static", "static-dir-missing"),
    ),
    Cause(
        code="WH163",
        name="static-dir-missing",
        title="STATICFILES_DIRS names {folder|a folder} that is not in the repository",
        severity=Severity.ERROR,
        why="git does not keep empty folders, and often ignores built ones. Where the folder is "
        "missing, Django warns and, in older releases or for a front end's build output, "
        "collectstatic stops.",
        looks_like=(
            "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/build_0d3a1f2c/static'",
            (
                "?: (staticfiles.W004) The directory '/app/static' in the "
                "STATICFILES_DIRS setting does not exist."
            ),
        ),
        remedies=(
            run(
                "Commit it, with a file in it.",
                "mkdir -p {folder|static}",
                "touch {folder|static}/.gitkeep",
                "git add --force {folder|static}/.gitkeep",
            ),
            edit("Or take it out of the list.", "{settings|settings.py}", "STATICFILES_DIRS = []"),
            run(
                "If a front end's build makes it, build that first.",
                "heroku buildpacks:add --index 1 heroku/nodejs",
                on="heroku-cedar",
            ),
        ),
        check=_COLLECT,
        sources=(sources.DJANGO_STATICFILES, sources.LOGS, sources.PROJECTS),
        related=("collectstatic-fails", "static-reference-broken"),
    ),
    Cause(
        code="WH164",
        name="static-reference-broken",
        title="A stylesheet or a template refers to {file|a static file} that does not exist",
        severity=Severity.ERROR,
        why="A storage with a manifest gives every file a name with its hash, and looks up each "
        "`url(...)` inside the stylesheets while it does so. One that leads nowhere, a source "
        "map that was not shipped for example, stops collectstatic. Without a manifest the "
        "browser only gets a 404.",
        looks_like=(
            (
                "whitenoise.storage.MissingFileError: The file "
                "'css/images/bg.png' could not be found with "
                "<whitenoise.storage.CompressedManifestStaticFilesStorage "
                "object at 0x7f2b>."
            ),
            "Post-processing 'css/style.css' failed!",
        ),
        remedies=(
            run("Add the missing file.", "git add --force {file|static/css/images/bg.png}"),
            edit(
                "Or remove the reference.",
                "{stylesheet|style.css}",
                "/* url({file|images/bg.png}) removed */",
            ),
            edit(
                "Or go without the manifest.",
                "{settings|settings.py}",
                _STORAGES.replace("CompressedManifest", "Compressed"),
                needs="patience with browsers that show old files after a deploy",
            ),
        ),
        check=_COLLECT,
        sources=(sources.WHITENOISE, sources.DJANGO_STATICFILES),
        related=("static-manifest-missing", "collectstatic-fails"),
    ),
    Cause(
        code="WH167",
        name="staticfiles-storage-removed",
        title="STATICFILES_STORAGE is no longer read by {version:Django *|Django 5.1 and later}",
        severity=Severity.WARNING,
        why="Django 4.2 brought STORAGES and 5.1 removed the old setting: it is silently ignored, "
        "and files are served without compression and without hashes in their names.",
        remedies=(
            edit(
                "Say it the new way.",
                "{settings|settings.py}",
                _STORAGES,
                needs="Django 4.2 or later",
            ),
        ),
        check=Check(
            "The new setting is in effect:",
            (
                (
                    "python manage.py shell -c 'from django.conf import settings; "
                    "print(settings.STORAGES)'"
                ),
            ),
        ),
        sources=(sources.DJANGO_REMOVED, sources.PROJECTS),
        related=("no-whitenoise-static", "django-unpinned"),
    ),
)
