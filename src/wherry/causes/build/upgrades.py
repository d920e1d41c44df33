"""Requirements that work today and break when something else is released."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_LOCK: Final = run(
    "Lock everything, what it brings along included.",
    "uv pip compile requirements.in -o {requirements|requirements.txt}",
)

CAUSES: Final = (
    Cause(
        code="WH151",
        name="tf-unpinned",
        title="TensorFlow is not pinned",
        severity=Severity.WARNING,
        why="{line|The requirement} takes whatever is newest when the build runs. 2.16 brought "
        "Keras 3, which reads models differently; on Python 3.14 the newest is a release "
        "candidate, since pip takes one where nothing else fits.",
        looks_like=(
            "Collecting tensorflow",
            "  Downloading tensorflow-2.22.0rc0-cp314-cp314-manylinux_2_27_x86_64.whl",
        ),
        remedies=(
            edit(
                "Pin the release that the model was tested with.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            run(
                "Or depend on a model file that no TensorFlow can break.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
        ),
        check=Check(
            "The requirement has `==`:", (("grep -n tensorflow {requirements|requirements.txt}"),)
        ),
        sources=(sources.TF_TABLE, sources.PROJECTS),
        related=("python-unpinned", "keras-version-mismatch", "legacy-h5-in-keras3"),
    ),
    Cause(
        code="WH152",
        name="django-unpinned",
        title="Django is not pinned",
        severity=Severity.WARNING,
        why="{line|The requirement} takes the newest Django, which removes what earlier releases "
        "deprecated: STATICFILES_STORAGE and pytz are gone since 5.1 and 5.0.",
        looks_like=("Collecting django",),
        remedies=(
            edit(
                "Pin the series; 5.2 gets fixes until April 2028.",
                "{requirements|requirements.txt}",
                "django~=5.2.0",
            ),
            _LOCK,
        ),
        check=Check("It names a series:", ("grep -in django {requirements|requirements.txt}",)),
        sources=(sources.DJANGO_REMOVED, sources.PROJECTS),
        related=("staticfiles-storage-removed", "removed-django-api"),
    ),
    Cause(
        code="WH153",
        name="unpinned-transitive-breaks",
        title="{package|A dependency of a dependency} moved on and broke what is pinned above it",
        severity=Severity.ERROR,
        why="The list pins what you import, not what that imports. An old Flask takes the newest "
        "Werkzeug, Jinja2, MarkupSafe and itsdangerous; TensorFlow before 2.12 the newest numpy; "
        "old gunicorn the newest setuptools. Nothing in the project changed, and it no longer "
        "starts.",
        looks_like=(
            "ImportError: cannot import name 'escape' from 'jinja2'",
            "ImportError: cannot import name 'json' from 'itsdangerous'",
            "ImportError: cannot import name 'soft_unicode' from 'markupsafe'",
        ),
        remedies=(
            _LOCK,
            edit(
                "Hold back the one that broke.",
                "{requirements|requirements.txt}",
                "{replacement|itsdangerous==2.0.1}",
            ),
            run(
                "Or move what is above it forward.",
                "uv pip compile requirements.in "
                "--upgrade-package {parent|flask} -o "
                "{requirements|requirements.txt}",
            ),
        ),
        check=Check("Nothing installed contradicts another:", ("pip check",)),
        sources=(sources.FLASK_2, sources.PROJECTS),
        related=("flask-werkzeug-mismatch", "numpy2-abi", "gunicorn20-no-pkg-resources"),
    ),
    Cause(
        code="WH154",
        name="pip-freeze-bloat",
        title="The list holds a whole laptop, not what the project imports",
        severity=Severity.WARNING,
        why="{count|Many} of its packages are imported by nothing here: Jupyter, Spyder, test "
        "tools, a second deep learning framework. Each makes the slug larger and the build "
        "slower, and each old pin among them is one more that may not install.",
        remedies=(
            edit(
                "Keep a short list of what you import, and compile the long one from it.",
                "requirements.in",
                "{imports|django\ngunicorn\nwhitenoise\ntensorflow-cpu}",
                "uv pip compile requirements.in -o requirements.txt",
            ),
        ),
        check=Check("In a fresh environment, it still starts:", ("python manage.py check",)),
        sources=(sources.PROJECTS,),
        related=("slug-too-large", "windows-only-pin", "conda-file-pin"),
    ),
)
