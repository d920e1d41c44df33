"""Failures that are told as success, or not told."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH415",
        name="error-returned-as-200",
        title="Failures are answered with 200",
        severity=Severity.WARNING,
        why="{where|The view} catches an error and returns its text as if it were an answer. "
        "Clients, health checks and monitoring all believe that it works, and Heroku's metrics "
        "stay green.",
        remedies=(
            edit(
                "Say that it failed: 400 for the client's fault, 500 for yours.",
                "{code_file|views.py}",
                'return JsonResponse({"error": "The image could not be read."}, status=400)',
            ),
        ),
        check=Check(
            "A bad request is refused:",
            (
                (
                    "curl -s -o /dev/null -w '%{http_code}\\n' -d nonsense "
                    "{url|http://127.0.0.1:8000/predict}"
                ),
            ),
        ),
        sources=(
            sources.page(
                "MDN: HTTP response status codes",
                "developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status",
            ),
            sources.PROJECTS,
        ),
        related=("bare-except", "model-load-error-swallowed"),
    ),
    Cause(
        code="WH416",
        name="bare-except",
        title="`except:` catches everything, and says nothing",
        severity=Severity.NOTE,
        why="It also catches the SystemExit with which gunicorn ends a worker, and hides every "
        "mistake behind one message. The log stays empty when something fails.",
        remedies=(
            edit(
                "Name what may fail there, and log what you did not expect.",
                "{code_file|views.py}",
                'except (OSError, ValueError):\n    logger.exception("The upload '
                'could not be read")\n    raise',
            ),
        ),
        check=Check("None is left:", ("ruff check --select E722,BLE001 .",)),
        sources=(
            sources.page("Python: errors and exceptions", "docs.python.org/3/tutorial/errors.html"),
            sources.PROJECTS,
        ),
        related=("error-returned-as-200", "model-load-error-swallowed"),
    ),
    Cause(
        code="WH417",
        name="model-load-error-swallowed",
        title="The app starts although {model|the model} could not be loaded",
        severity=Severity.WARNING,
        why="{where|The code} catches the error and goes on with None, a random or an untrained "
        "model. The app looks healthy and answers nonsense, or fails later with an error that "
        "names something else.",
        looks_like=(
            "AttributeError: 'NoneType' object has no attribute 'predict'",
            "Error loading model: ",
        ),
        remedies=(
            edit(
                "Let it fail where it happens.",
                "{code_file|views.py}",
                'model = load_model(BASE_DIR / "{model|model.keras}")',
            ),
            run("Or look at the file before the push.", "wherry inspect {model|model.keras}"),
        ),
        check=Check(
            "With the file away, the app refuses to start or says that it is not ready:",
            ("python manage.py check",),
        ),
        sources=(sources.PROJECTS,),
        related=("bare-except", "wrong-model-loaded", "model-path-missing"),
    ),
)
