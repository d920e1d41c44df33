"""Files that strangers can fetch, or bring."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH607",
        name="model-served-publicly",
        title="{model|The model} can be downloaded by anyone",
        severity=Severity.WARNING,
        why="It lies in a static or media folder, which the server hands out to everybody who "
        "guesses the name. A pickle there also says which code it would run.",
        remedies=(
            run(
                "Move it out of the folders that are served.",
                "git mv {model|static/model.h5} {target|models/model.h5}",
            ),
        ),
        check=Check("It is not found:", ("curl -I {url|http://127.0.0.1:8000/static/model.h5}",)),
        sources=(sources.DJANGO_STATICFILES, sources.PROJECTS),
        related=("source-published-as-static",),
    ),
    Cause(
        code="WH608",
        name="source-published-as-static",
        title="{folder|A folder with code} is published as static files",
        severity=Severity.WARNING,
        why="STATICFILES_DIRS or STATIC_ROOT names a folder that also holds code, "
        "settings or data: collectstatic copies all of it to where everybody "
        "can fetch it.",
        remedies=(
            edit(
                "Name a folder that holds nothing else.",
                "{settings|settings.py}",
                'STATICFILES_DIRS = [BASE_DIR / "static"]\nSTATIC_ROOT = BASE_DIR / "staticfiles"',
            ),
        ),
        check=Check(
            "Nothing but assets is collected:",
            ("python manage.py collectstatic --noinput --dry-run",),
        ),
        sources=(sources.DJANGO_STATICFILES, sources.PROJECTS),
        related=("model-served-publicly", "secrets-committed"),
    ),
    Cause(
        code="WH610",
        name="untrusted-file-unpickled",
        title="A file from outside is loaded as code{call:: *|}",
        severity=Severity.WARNING,
        why="pickle, joblib, numpy with allow_pickle, torch.load and Keras files "
        "with Lambda layers run whatever is written in them. {where|The code} "
        "opens one that a visitor uploads or that is downloaded from a "
        "stranger.",
        remedies=(
            edit(
                "Take data in a format that holds no code.",
                "{code_file|views.py}",
                "data = json.load(upload)",
            ),
            edit(
                "For arrays, refuse pickles.",
                "{code_file|views.py}",
                "np.load(upload, allow_pickle=False)",
            ),
        ),
        check=Check("No such call is left:", ("ruff check --select S301,S302 .",)),
        sources=(sources.PICKLE, sources.KERAS_CUSTOM),
        related=("lambda-refused-by-safe-mode", "upload-name-used-as-path"),
    ),
    Cause(
        code="WH611",
        name="upload-name-used-as-path",
        title="An upload is saved under the name that the visitor gave",
        severity=Severity.WARNING,
        why="{where|The code} joins the name to a folder and opens it. Two visitors overwrite each "
        "other's file, and one predicts on the other's image.",
        remedies=(
            edit(
                "Do not save it at all.",
                "{code_file|views.py}",
                'image = Image.open(request.FILES["image"])',
            ),
            edit(
                "Or let Django choose a free name.",
                "{code_file|views.py}",
                'default_storage.save("uploads/" + upload.name, upload)',
            ),
        ),
        check=Check("Two uploads of one name stay apart.", ("python manage.py test",)),
        sources=(sources.DJANGO_FILES, sources.DJANGO_SECURITY),
        related=("media-upload-ephemeral", "untrusted-file-unpickled"),
    ),
)
