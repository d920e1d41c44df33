"""More memory is held than the host allows."""

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
_ONE_WORKER_ELSEWHERE: Final = edit(
    "Run one worker, with threads: each further one holds the model again.",
    "{procfile|Procfile}",
    "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
    on="dokku render railway fly cloud-run",
)
_LARGER: Final = (
    run("Take a larger dyno.", "heroku ps:type web=standard-2x", on="heroku-cedar"),
    run("Take a larger machine.", "fly scale memory 1024", on="fly"),
    run(
        "Give it more memory.",
        "gcloud run services update {app|SERVICE} --memory 2Gi",
        on="cloud-run",
    ),
    edit("Take a larger instance.", "render.yaml", "plan: standard", on="render"),
    run("Give it more memory.", "dokku resource:limit --memory 1g {app|APP}", on="dokku"),
)
_WATCH: Final = Check(
    "Its memory stays below the limit while it answers:",
    ("heroku labs:enable log-runtime-metrics", "heroku logs --tail"),
)

CAUSES: Final = (
    Cause(
        code="WH301",
        name="memory-limit-killed",
        title="The processes are killed for memory{used:: *|}",
        severity=Severity.ERROR,
        why="The host stops an instance that holds more than its limit. On Heroku's small dynos "
        "that is twice the quota (R15), elsewhere the limit itself. The process gets SIGKILL, "
        "which leaves no traceback. A WORKER TIMEOUT just before it is another matter: then "
        "gunicorn itself sent the signal.",
        looks_like=(
            "Process running mem=1194M(233.2%)",
            "Error R15 (Memory quota vastly exceeded)",
            "Stopping process with SIGKILL",
            "Process exited with status 137",
            "[ERROR] Worker (pid:57) was sent SIGKILL! Perhaps out of memory?",
            "Ran out of memory (used over 512MB) while running your code.",
            (
                "Memory limit of 512 MiB exceeded with 529 MiB used. Consider "
                "increasing the memory limit"
            ),
        ),
        remedies=(
            _ONE_WORKER,
            _ONE_WORKER_ELSEWHERE,
            _SHRINK,
            edit(
                "Leave the GPU half of TensorFlow out.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            *_LARGER,
        ),
        check=_WATCH,
        sources=(
            sources.HEROKU_ERRORS,
            sources.HEROKU_MEMORY,
            sources.CLOUD_RUN_MEMORY,
            sources.MEASURED,
            sources.LOGS,
        ),
        related=(
            "memory-quota-exceeded",
            "too-many-workers",
            "gunicorn-worker-timeout",
            "memory-too-small",
            "memory-grows-with-requests",
        ),
    ),
    Cause(
        code="WH302",
        name="memory-quota-exceeded",
        title="The processes hold more than the dyno's quota, and swap{used:: *|}",
        severity=Severity.WARNING,
        why="Above its quota a Common Runtime dyno goes on, with the rest on disk: R14 is logged "
        "about every {heroku.memory_sample_s} and everything becomes slow. It is killed at twice "
        "the quota (on the largest sizes at 1.2 times). What counts is anonymous memory and swap; "
        "/proc's RSS shows far more.",
        looks_like=("Process running mem=590M(115.3%)", "Error R14 (Memory quota exceeded)"),
        platforms=frozenset(("heroku-cedar",)),
        remedies=(
            _ONE_WORKER,
            _SHRINK,
            run("Take a larger dyno.", "heroku ps:type web=standard-2x", on="heroku-cedar"),
        ),
        check=_WATCH,
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_MEMORY, sources.MEASURED, sources.LOGS),
        related=(
            "memory-limit-killed",
            "too-many-workers",
            "memory-grows-with-requests",
            "request-timeout-h12",
        ),
    ),
    Cause(
        code="WH304",
        name="memory-too-small",
        title="Even one worker does not fit into the host's memory{used:: *|}",
        severity=Severity.ERROR,
        why="Importing TensorFlow takes about 411 MB of resident memory (tensorflow-cpu 2.15) "
        "before there is a model; one worker with MobileNetV2 held 317 MB that count. "
        "{model|The model} comes on top, with room for what a prediction needs.",
        looks_like=("Process running mem=871M(170.1%)", "Error R14 (Memory quota exceeded)"),
        remedies=(_SHRINK, *_LARGER),
        check=_WATCH,
        sources=(sources.MEASURED, sources.HEROKU_DYNOS, sources.PROJECTS),
        related=("too-many-workers", "memory-limit-killed", "tensorflow-only-for-inference"),
    ),
    Cause(
        code="WH305",
        name="memory-alloc-failed",
        title="One allocation is larger than what is left",
        severity=Severity.ERROR,
        why="The process itself was refused memory, and says so: an image or a batch that is far "
        "larger than the model needs, a whole data set in one predict, or a machine without "
        "swap.",
        looks_like=(
            "terminate called after throwing an instance of 'std::bad_alloc'",
            (
                "numpy.core._exceptions.MemoryError: Unable to allocate 1.49 "
                "GiB for an array with shape (1, 10000, 20000, 1) and data "
                "type float64"
            ),
            (
                "W tensorflow/core/framework/cpu_allocator_impl.cc:80] "
                "Allocation of 1207959552 exceeds 10% of free system memory."
            ),
        ),
        remedies=(
            edit(
                "Shrink what comes in before it becomes an array.",
                "{code_file|views.py}",
                "image.thumbnail((1024, 1024))",
            ),
            edit(
                "Predict in small batches.",
                "{code_file|views.py}",
                "model.predict(array, batch_size=8)",
            ),
            _SHRINK,
            *_LARGER,
        ),
        check=_WATCH,
        sources=(sources.LOGS,),
        related=("memory-limit-killed", "upload-too-large", "build-out-of-memory"),
    ),
)
