"""Code that is older than the Python or the Django that runs it."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_IMPORTS: Final = Check("The app can be imported:", ("python -c 'import {project|mysite}.wsgi'",))

CAUSES: Final = (
    Cause(
        code="WH231",
        name="django-too-old-for-python",
        title="{pin|This Django} does not run on {python:Python *|the host's Python}",
        severity=Severity.ERROR,
        why="Django up to 4.0 imports cgi, which Python 3.13 removed; up to 3.1 also distutils, "
        "which 3.12 removed; 2.x breaks on 3.10 and later in other ways. It installs, since it is "
        "pure Python, and fails when it is started. 4.1 still starts on 3.13, where nobody ever "
        "tested it.",
        looks_like=(
            "ModuleNotFoundError: No module named 'cgi'",
            "ModuleNotFoundError: No module named 'distutils'",
            "AttributeError: module 'collections' has no attribute 'Iterator'",
        ),
        remedies=(
            edit(
                "Move Django to a series that knows this Python (5.2 knows 3.10 to 3.14).",
                "{requirements|requirements.txt}",
                "django~=5.2.0",
                pythons="3.10-3.14",
            ),
            edit(
                "Or pin the newest Python that this Django runs on.",
                ".python-version",
                "{pin_python|3.11}",
            ),
            edit(
                "As a stopgap for cgi only:",
                "{requirements|requirements.txt}",
                "legacy-cgi==2.6.4",
                pythons="3.13-",
                needs="Django 3.2 or 4.0",
            ),
        ),
        check=Check(
            "It starts on the host's Python:",
            ("python -W error -m django --version", "python manage.py check"),
        ),
        sources=(
            sources.DJANGO_PYTHONS,
            sources.PYTHON_REMOVED,
            sources.MEASURED,
            sources.PROJECTS,
        ),
        related=("removed-stdlib-module", "python-unpinned", "removed-django-api"),
    ),
    Cause(
        code="WH245",
        name="removed-django-api",
        title="{name|A name} was removed from Django{version: *|}",
        severity=Severity.ERROR,
        why="The project, or an app that it installs, was written for an older Django: `url` from "
        "django.conf.urls, ugettext_lazy, force_text, smart_text, is_ajax and NullBooleanField "
        "ended with 4.0, pytz with 5.0, get_storage_class with 5.1.",
        looks_like=(
            "ImportError: cannot import name 'url' from 'django.conf.urls'",
            "ImportError: cannot import name 'ugettext_lazy' from 'django.utils.translation'",
            "ImportError: cannot import name 'force_text' from 'django.utils.encoding'",
        ),
        remedies=(
            run(
                "Let a tool rewrite your own code.",
                "pip install django-upgrade",
                "git ls-files -z -- '*.py' | xargs -0 django-upgrade --target-version 5.2",
            ),
            edit(
                "If it is in a package, move that forward.",
                "{requirements|requirements.txt}",
                "{replacement|djangorestframework==3.16.1}",
            ),
            edit(
                "Or hold Django back, where the host's Python allows it.",
                "{requirements|requirements.txt}",
                "django~=3.2.0",
                pythons="3.6-3.12",
            ),
        ),
        check=Check(
            "It starts without warnings:", ("python -W error::DeprecationWarning manage.py check",)
        ),
        sources=(sources.DJANGO_REMOVED,),
        related=("django-unpinned", "django-too-old-for-python"),
    ),
    Cause(
        code="WH246",
        name="removed-stdlib-module",
        title="{module|A module} is no longer part of {python:Python *|this Python}",
        severity=Severity.ERROR,
        why="3.10 removed the abstract classes from collections, 3.12 removed distutils, imp and "
        "asynchat, 3.13 removed cgi, crypt, imghdr, telnetlib and others. Old releases of many "
        "packages still import them.",
        looks_like=(
            "ModuleNotFoundError: No module named 'imp'",
            "ModuleNotFoundError: No module named 'imghdr'",
            "ImportError: cannot import name 'Mapping' from 'collections'",
            "AttributeError: module 'collections' has no attribute 'MutableMapping'",
        ),
        remedies=(
            edit(
                "Move the package that imports it forward.",
                "{requirements|requirements.txt}",
                "{replacement|python-telegram-bot==22.5}",
            ),
            edit(
                "Or pin an older Python, as long as the host builds it.",
                ".python-version",
                "{pin_python|3.11}",
            ),
        ),
        check=_IMPORTS,
        sources=(sources.PYTHON_REMOVED, sources.PYTHON_312),
        related=("django-too-old-for-python", "sdist-build-python-too-new"),
    ),
    Cause(
        code="WH250",
        name="syntax-needs-newer-python",
        title="The code's syntax is not that of {python:Python *|the host's Python}",
        severity=Severity.ERROR,
        why="{construct|A construct} is of another Python: `match` needs 3.10, "
        "`:=` 3.8, `type X =` and nested quotes in f-strings 3.12; `print x` "
        "and `except E, e` are Python 2.",
        looks_like=(
            "SyntaxError: invalid syntax",
            "SyntaxError: f-string: expecting '}'",
            "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
        ),
        remedies=(
            edit(
                "Use the Python that the code was written for.",
                ".python-version",
                "{pin_python|3.12}",
            ),
            run("Or find every such place, and rewrite it.", "python -m compileall -q {folder|.}"),
        ),
        check=Check(
            "The host's Python compiles all of it:", ("python -m compileall -q {folder|.}",)
        ),
        sources=(sources.page("What's new in Python", "docs.python.org/3/whatsnew/index.html"),),
        related=("python-version-eol", "removed-stdlib-module"),
    ),
)
