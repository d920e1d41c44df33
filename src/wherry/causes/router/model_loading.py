"""The model is loaded while somebody waits."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_ONCE: Final = (
    "from functools import cache\n\n\n@cache\ndef model():\n"
    '    return load_model(BASE_DIR / "{model|model.keras}")'
)
_SERVE: Final = edit(
    "Or let Wherry hold the model: loaded once, warmed up, before the first request.",
    "{settings|settings.py}",
    'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
    "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
    needs="wherry.django in INSTALLED_APPS",
    pythons="3.12-3.14",
)
_SECOND: Final = Check(
    "The second request is as quick as the tenth:",
    ("curl -o /dev/null -s -w '%{time_starttransfer}\\n' {url|http://127.0.0.1:8000/predict}",),
)

CAUSES: Final = (
    Cause(
        code="WH405",
        name="model-loaded-per-request",
        title="{model|The model} is loaded for every request",
        severity=Severity.WARNING,
        why="load_model stands in {where|the view}: each request reads the file, builds the graph "
        "and throws it away, which takes seconds and leaves memory behind. A Django REST "
        "framework view is made anew for each request, so that its __init__ is no better.",
        remedies=(
            edit("Load it once, on first use.", "{code_file|views.py}", _ONCE),
            _SERVE,
        ),
        check=_SECOND,
        sources=(sources.PROJECTS, sources.MEASURED),
        related=("request-timeout-h12", "memory-grows-with-requests", "first-request-loads-model"),
    ),
    Cause(
        code="WH406",
        name="first-request-loads-model",
        title="The first request after each start waits for {model|the model}",
        severity=Severity.WARNING,
        why="It is loaded once, but by whoever comes first: after every deploy, daily restart and "
        "nap, in each worker, someone waits for TensorFlow's import, the file and the first "
        "trace. On a small dyno that may take the whole {heroku.request_timeout_s}.",
        remedies=(
            _SERVE,
            edit(
                "Or load it when the worker starts, after the fork.",
                "gunicorn.conf.py",
                "def post_worker_init(worker):\n    from {module|app.views} import "
                "model\n    model()",
            ),
        ),
        check=_SECOND,
        sources=(sources.PROJECTS, sources.MEASURED),
        related=("request-timeout-h12", "model-loaded-at-import", "asleep-cold-start"),
    ),
    Cause(
        code="WH407",
        name="model-downloaded-at-request",
        title="{model|The model} is downloaded while a request waits",
        severity=Severity.ERROR,
        why="The file system is new with each start, so that the download comes back every time, "
        "in every worker; it takes longer than a request may, or is refused by the other side.",
        looks_like=(
            "Downloading...",
            "From: https://drive.google.com/uc?id=1a2b3c",
            "To: /app/model.h5",
        ),
        remedies=(
            run(
                "Deploy it with the app; shrunk, it fits into git.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
                "git add {bundle|model.bundle}",
            ),
            edit(
                "Or download it in the build.",
                "bin/post_compile",
                '#!/usr/bin/env bash\ncurl -fsSL -o model.h5 "$MODEL_URL"',
                on="heroku-cedar dokku",
            ),
            edit(
                "Or download it in the build.",
                "Dockerfile",
                "RUN curl -fsSL -o model.h5 {url|https://example.com/model.h5}",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=Check(
            "The file is there before the first request:", ("heroku run -- ls -l {model|model.h5}",)
        ),
        sources=(sources.HEROKU_ISOLATION, sources.PROJECTS),
        related=(
            "model-download-refused",
            "model-file-on-ephemeral-disk",
            "pretrained-weights-downloaded",
        ),
    ),
)
