"""Pages without styles, scripts or templates."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_MIDDLEWARE: Final = (
    'MIDDLEWARE = [\n    "django.middleware.security.SecurityMiddleware",\n'
    '    "whitenoise.middleware.WhiteNoiseMiddleware",\n    ...,\n]'
)

CAUSES: Final = (
    Cause(
        code="WH413",
        name="no-whitenoise-static",
        title="Nothing serves the static files",
        severity=Severity.WARNING,
        why="With DEBUG off, Django serves none, and neither does gunicorn or the host: pages come "
        "without styles and scripts, the admin too. It works on your machine because runserver "
        "does it.",
        looks_like=(
            "Not Found: /static/admin/css/base.css",
            '"GET /static/css/style.css HTTP/1.1" 404 179',
        ),
        remedies=(
            edit(
                "Let WhiteNoise serve them from the app.",
                "{settings|settings.py}",
                _MIDDLEWARE,
                "pip install whitenoise",
                needs="whitenoise in the dependency file",
            ),
            edit(
                "And name the folder that they are collected into.",
                "{settings|settings.py}",
                'STATIC_ROOT = BASE_DIR / "staticfiles"',
            ),
        ),
        check=Check(
            "With DEBUG off, a stylesheet comes:",
            ("curl -I http://127.0.0.1:8000/static/admin/css/base.css",),
        ),
        sources=(sources.DJANGO_STATIC, sources.WHITENOISE, sources.PROJECTS),
        related=(
            "static-root-unset",
            "collectstatic-disabled",
            "static-manifest-missing",
            "whitenoise-old-import",
        ),
    ),
    Cause(
        code="WH414",
        name="static-manifest-missing",
        title="{file|A static file} is not in the manifest",
        severity=Severity.ERROR,
        why="A storage with a manifest knows only what collectstatic found in the "
        "build. It did not run, did not find this file (ignored, misspelled, "
        "other capitals, backslashes), or ran with other settings; the page "
        "that names the file answers 500.",
        looks_like=(
            "ValueError: Missing staticfiles manifest entry for 'css/style.css'",
            (
                "ValueError: The file 'img/Logo.png' could not be found with "
                "<django.contrib.staticfiles.storage.ManifestStaticFilesStorage "
                "object at 0x7f>."
            ),
        ),
        remedies=(
            run(
                "Let the build collect them.",
                "heroku config:unset DISABLE_COLLECTSTATIC",
                on="heroku",
            ),
            edit(
                "Write the name as the file has it, with forward slashes.",
                "{template|index.html}",
                "{% static 'css/style.css' %}",
            ),
            edit(
                "In an image, collect while it is built.",
                "Dockerfile",
                "RUN python manage.py collectstatic --noinput",
                on="dokku render railway fly cloud-run",
            ),
            edit(
                "Or let a missing file be a 404, not a 500.",
                "{settings|settings.py}",
                "WHITENOISE_MANIFEST_STRICT = False",
            ),
        ),
        check=Check("It is found:", ("python manage.py findstatic {file|css/style.css}",)),
        sources=(sources.DJANGO_STATICFILES, sources.WHITENOISE, sources.LOGS),
        related=("collectstatic-disabled", "static-reference-broken", "no-whitenoise-static"),
    ),
    Cause(
        code="WH425",
        name="template-missing",
        title="{template|A template} is not found",
        severity=Severity.ERROR,
        why="The folder is not in TEMPLATES' DIRS, the app is not installed, git "
        "ignores it, or the name has other capitals, which only Linux minds.",
        looks_like=("django.template.exceptions.TemplateDoesNotExist: index.html",),
        remedies=(
            edit(
                "Name the folder by the project's path.",
                "{settings|settings.py}",
                '"DIRS": [BASE_DIR / "templates"],',
            ),
            run("Or commit it.", "git add --force {template|templates/index.html}"),
        ),
        check=Check("git tracks it under this name:", ("git ls-files '*{template|index.html}'",)),
        sources=(sources.DJANGO_SETTINGS,),
        related=("import-case-mismatch", "static-dir-missing"),
    ),
)
