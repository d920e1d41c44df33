"""An import that finds nothing, or the wrong thing."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_IMPORTS: Final = Check("The app can be imported:", ("python -c 'import {project|mysite}.wsgi'",))

CAUSES: Final = (
    Cause(
        code="WH230",
        name="dependency-not-in-requirements",
        aliases=("missing-dependency",),
        title="{module|A module} is imported, and nothing required provides it",
        severity=Severity.ERROR,
        why="It was installed by hand on your machine, is a part of an app in INSTALLED_APPS, or "
        "came along with something that was removed since. The host installs only what "
        "{file|the dependency file} says.",
        looks_like=("ModuleNotFoundError: No module named 'django_heroku'",),
        remedies=(
            edit(
                "Require the package that provides it.",
                "{requirements|requirements.txt}",
                "{package|dj-database-url}",
            ),
            edit(
                "Or remove the import, if nothing uses it.",
                "{code_file|settings.py}",
                "# import {module|django_heroku}",
            ),
        ),
        check=_IMPORTS,
        sources=(sources.LOGS, sources.PROJECTS),
        related=(
            "wsgi-module-not-found",
            "import-case-mismatch",
            "package-not-found",
            "db-driver-missing",
        ),
    ),
    Cause(
        code="WH248",
        name="module-shadowed",
        title="{file|A file of the project} hides the package of the same name",
        severity=Severity.ERROR,
        why="Python looks into the project's folder first: a file called keras.py, random.py or "
        "django.py is imported in the package's place, and lacks what is expected of it.",
        looks_like=(
            (
                "AttributeError: partially initialized module 'tensorflow' has "
                "no attribute 'keras' (most likely due to a circular import)"
            ),
            "ModuleNotFoundError: No module named 'keras.models'; 'keras' is not a package",
        ),
        remedies=(
            run("Give the file a name of its own.", "git mv {file|keras.py} {renamed|my_keras.py}"),
        ),
        check=Check(
            "The package is found outside the project:",
            ("python -c 'import {module|keras}; print({module|keras}.__file__)'",),
        ),
        sources=(sources.page("Python: modules", "docs.python.org/3/tutorial/modules.html"),),
        related=("dependency-not-in-requirements",),
    ),
    Cause(
        code="WH249",
        name="import-case-mismatch",
        title="{name|A name} is written with other capitals than the file",
        severity=Severity.ERROR,
        why="Windows and macOS find Utils.py as utils; Linux does not. git may even hold the old "
        "spelling after a rename that only changed capitals.",
        looks_like=(
            "ModuleNotFoundError: No module named 'mysite.Utils'",
            "django.template.exceptions.TemplateDoesNotExist: Home.html",
        ),
        remedies=(
            run(
                "Rename the file in git.",
                "git mv {file|Utils.py} {renamed|utils.tmp}",
                "git mv {renamed|utils.tmp} {target|utils.py}",
            ),
            edit(
                "Or write the import as the file is.",
                "{code_file|views.py}",
                "from . import {target_module|utils}",
            ),
        ),
        check=Check(
            "git's spelling is the one that is imported:",
            ("git ls-files | grep -i {target|utils.py}",),
        ),
        sources=(sources.page("PEP 235", "peps.python.org/pep-0235/"),),
        related=("wsgi-module-not-found", "model-path-missing", "template-missing"),
    ),
)
