"""One model, and a process that is copied."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH545",
        name="fork-after-model-load",
        title="The model was loaded before the workers were forked: they hang",
        severity=Severity.ERROR,
        why="gunicorn's preload option imports the app in the parent, and fork copies memory but "
        "no threads. TensorFlow's pool is then a pool without threads, and the first prediction "
        "waits for ever, until gunicorn kills the worker. Sharing memory this way does not work "
        "with TensorFlow. Task queues that fork do the same.",
        looks_like=(
            "[CRITICAL] WORKER TIMEOUT (pid:9)",
            "[ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?",
        ),
        remedies=(
            edit(
                "Start without that option, with one worker and threads.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
            edit(
                "Load the model after the fork.",
                "gunicorn.conf.py",
                "def post_worker_init(worker):\n    from {module|app.views} import "
                "model\n    model()",
            ),
            edit(
                "A task queue: threads instead of forks.",
                "Procfile",
                "worker: celery -A {project|mysite} worker --pool threads --concurrency 2",
            ),
            edit(
                "Or let Wherry share the weights between its processes.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "The first prediction comes back:", ("curl -m 30 {url|http://127.0.0.1:8000/predict}",)
        ),
        sources=(sources.MEASURED, sources.GUNICORN, sources.LOGS),
        related=("gunicorn-worker-timeout", "fork-unsafe-segfault", "model-loaded-at-import"),
    ),
    Cause(
        code="WH546",
        name="fork-unsafe-segfault",
        title="Workers crash in native code right after the fork",
        severity=Severity.ERROR,
        why="On macOS the system's own libraries refuse to work in a forked child "
        "of a process that already used them; elsewhere a library that was "
        "initialised before the fork crashes in the child. On Linux without "
        "preloading this does not occur.",
        looks_like=(
            "[ERROR] Worker (pid:23) was sent SIGSEGV!",
            "[WARNING] Worker with pid 23 was terminated due to signal 11",
            (
                "objc[2291]: +[__NSCFConstantString initialize] may have been "
                "in progress in another thread when fork() was called."
            ),
        ),
        remedies=(
            edit(
                "Load the model after the fork.",
                "gunicorn.conf.py",
                "def post_worker_init(worker):\n    from {module|app.views} import "
                "model\n    model()",
            ),
            run(
                "On a Mac, for trying out only:",
                "OBJC_DISABLE_INITIALIZE_FORK_SAFETY=YES gunicorn {project|mysite}.wsgi",
            ),
        ),
        check=Check(
            "It answers on Linux:", ("docker run --rm -e PORT=8000 -p 8000:8000 {app|app}",)
        ),
        sources=(sources.GUNICORN, sources.LOGS),
        related=("fork-after-model-load", "cpu-illegal-instruction"),
    ),
)
