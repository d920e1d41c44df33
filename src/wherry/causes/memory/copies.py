"""The model is in memory more often than it is used."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_SHRINK: Final = run(
    "Serve the model on a light runtime: tens of megabytes in place of four hundred.",
    "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
)
_ONE_WORKER: Final = run(
    "Run one worker, with threads: each further one holds the model again.",
    "heroku config:set WEB_CONCURRENCY=1",
    on="heroku",
)
_LAZY: Final = (
    "from functools import cache\n\n\n@cache\ndef model():\n"
    '    return load_model(BASE_DIR / "{model|model.keras}")'
)

CAUSES: Final = (
    Cause(
        code="WH303",
        name="too-many-workers",
        title="{workers:* workers|Several workers} each hold the model{memory:: *|}",
        severity=Severity.ERROR,
        why="Heroku's buildpack sets WEB_CONCURRENCY to {heroku:eco.web_concurrency_default} on a "
        "{heroku:eco.memory_mib} dyno, and each gunicorn worker loads TensorFlow and the model "
        "for itself. Two with tensorflow-cpu and MobileNetV2 came to 402 MB at boot and 618 MB "
        "once both had predicted; one to 317.",
        looks_like=(
            "Python buildpack: Defaulting WEB_CONCURRENCY to 2 based on the available memory.",
            "[INFO] Booting worker with pid: 11",
            "[INFO] Booting worker with pid: 12",
        ),
        remedies=(
            _ONE_WORKER,
            edit(
                "Or say so in the Procfile.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
            edit(
                "Or let Wherry choose from the memory that there is.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
            _SHRINK,
        ),
        check=Check("One worker boots:", ("heroku logs --tail",)),
        sources=(sources.BUILDPACK_WORKERS, sources.MEASURED, sources.PROJECTS),
        related=(
            "memory-quota-exceeded",
            "memory-limit-killed",
            "requests-queue-behind-prediction",
            "fork-after-model-load",
        ),
    ),
    Cause(
        code="WH306",
        name="model-loaded-at-import",
        title="{model|The model} is loaded when {module|a module} is imported",
        severity=Severity.WARNING,
        why="Every process that imports the module loads it: each worker, but also migrate, "
        "collectstatic, the task queue and the shell. The start waits for it, and a missing file "
        "stops all of them.",
        remedies=(
            edit("Load it when it is first asked for, once.", "{code_file|views.py}", _LAZY),
            edit(
                "Or declare it, and let it be loaded behind a readiness gate.",
                "{settings|settings.py}",
                'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
                needs="wherry.django in INSTALLED_APPS",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("A command that needs no model is quick:", ("time python manage.py check",)),
        sources=(sources.PROJECTS, sources.MEASURED),
        related=(
            "model-loaded-in-appconfig",
            "slow-boot",
            "collectstatic-fails",
            "first-request-loads-model",
        ),
    ),
    Cause(
        code="WH307",
        name="model-loaded-in-appconfig",
        title="{model|The model} is loaded in AppConfig.ready",
        severity=Severity.WARNING,
        why="ready() runs in every Django process, commands included: the build's "
        "collectstatic and the release's migrate load the model as well, and "
        "with runserver it is loaded twice.",
        remedies=(
            edit("Load it when it is first asked for, once.", "{code_file|apps.py}", _LAZY),
            edit(
                "Or declare it, and let only the server load it.",
                "{settings|settings.py}",
                'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
                needs="wherry.django in INSTALLED_APPS",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("A command that needs no model is quick:", ("time python manage.py check",)),
        sources=(sources.DJANGO_APPS, sources.PROJECTS),
        related=("model-loaded-at-import", "slow-boot"),
    ),
)
