"""Flask and WhiteNoise, moved on."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

_IMPORTS: Final = Check("The app can be imported:", ("python -c 'import {project|mysite}.wsgi'",))

CAUSES: Final = (
    Cause(
        code="WH233",
        name="flask-werkzeug-mismatch",
        title="Flask 2 with Werkzeug 3",
        severity=Severity.ERROR,
        why="Flask before 2.3 takes any Werkzeug from 2.0 on, and Werkzeug 3 removed url_quote and "
        "other names that it imports.",
        looks_like=("ImportError: cannot import name 'url_quote' from 'werkzeug.urls'",),
        remedies=(
            edit("Move Flask forward.", "{requirements|requirements.txt}", "flask~=3.1"),
            edit("Or hold Werkzeug back.", "{requirements|requirements.txt}", "werkzeug<3"),
        ),
        check=_IMPORTS,
        sources=(sources.FLASK_2, sources.LOGS),
        related=("unpinned-transitive-breaks",),
    ),
    Cause(
        code="WH234",
        name="whitenoise-old-import",
        aliases=("whitenoise-django-import-removed",),
        title="wsgi.py wraps the app in whitenoise.django, which is gone",
        severity=Severity.ERROR,
        why="Until WhiteNoise 3 the app was wrapped in wsgi.py; 4.0 removed that "
        "module, and it has been a middleware since.",
        looks_like=(
            "ModuleNotFoundError: No module named 'whitenoise.django'",
            "ImportError: cannot import name 'DjangoWhiteNoise'",
        ),
        remedies=(
            edit(
                "Use the middleware, right after Django's own for security.",
                "{settings|settings.py}",
                'MIDDLEWARE = [\n    "django.middleware.security.SecurityMiddleware",\n'
                '    "whitenoise.middleware.WhiteNoiseMiddleware",\n    ...,\n]',
            ),
            edit("And take the wrapper out.", "wsgi.py", "application = get_wsgi_application()"),
        ),
        check=_IMPORTS,
        sources=(sources.WHITENOISE_CHANGES, sources.LOGS, sources.PROJECTS),
        related=("no-whitenoise-static",),
    ),
)
