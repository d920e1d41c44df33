"""Lines and exit statuses that mean different things, on any host."""

from typing import Final

from wherry.causes import sources
from wherry.causes.symptom import Candidate, Symptom

SYMPTOMS: Final = (
    Symptom(
        code="worker-timeout",
        title="gunicorn: WORKER TIMEOUT",
        meaning='gunicorn killed a worker that had been silent for too long. "SIGKILL! Perhaps out '
        "of memory?\" right after it is its own signal, not the kernel's.",
        candidates=(
            Candidate("gunicorn-worker-timeout", "a request was being answered"),
            Candidate(
                "fork-after-model-load", "every first prediction, and gunicorn preloads the app"
            ),
            Candidate("slow-boot", "it comes right after `Booting worker`, with no request"),
            Candidate(
                "outbound-call-without-timeout",
                "the traceback ends in ssl.py, socket.py or requests",
            ),
            Candidate("pretrained-weights-downloaded", "`Downloading data from` before it"),
            Candidate("memory-quota-exceeded", "R14 at the same time: it swaps"),
        ),
        looks_like=(
            "[CRITICAL] WORKER TIMEOUT (pid:13)",
            "[ERROR] Worker (pid:13) was sent SIGKILL! Perhaps out of memory?",
        ),
        sources=(sources.GUNICORN, sources.LOGS),
    ),
    Symptom(
        code="exit-137",
        title="Killed by signal 9",
        meaning="SIGKILL cannot be caught: the process says nothing. The kernel "
        "sends it for memory, the platform when a process does not end, "
        "gunicorn after its time-out.",
        candidates=(
            Candidate("memory-limit-killed", "R15, `Ran out of memory`, or nothing before it"),
            Candidate("gunicorn-worker-timeout", "WORKER TIMEOUT just before it"),
            Candidate("shutdown-ignored-sigterm", "SIGTERM and R12 before it"),
            Candidate("port-not-bound", "R10 before it"),
            Candidate("build-out-of-memory", "it happens in a build"),
        ),
        looks_like=("Process exited with status 137", "Killed", "Worker exiting (signal 9)"),
        sources=(sources.HEROKU_ERRORS, sources.LOGS),
        aliases=("signal-9", "sigkill", "oom-killed"),
    ),
    Symptom(
        code="exit-143",
        title="Ended by SIGTERM",
        meaning="The platform asked it to end: a deploy, a setting, the daily restart, or sleep. "
        "Normal, unless nobody knows of any of these.",
        candidates=(
            Candidate("restart-after-change", "a release or a config var just before it"),
            Candidate("daily-restart", "`Cycling` before it"),
            Candidate("asleep-cold-start", "`Idling` before it"),
        ),
        looks_like=("Process exited with status 143",),
        sources=(sources.HEROKU_RESTARTS,),
        aliases=("signal-15", "sigterm"),
    ),
    Symptom(
        code="exit-139",
        title="A crash in native code: signal 11",
        meaning="A library written in C touched memory that is not its own.",
        candidates=(
            Candidate("fork-unsafe-segfault", "right after a fork, or on macOS"),
            Candidate("numpy2-abi", "a line about NumPy 1.x and 2.x before it"),
            Candidate("tf-install-broken", "at the import, with two TensorFlows installed"),
            Candidate(
                "lambda-bytecode-python-mismatch", "while a model with a Lambda layer is loaded"
            ),
        ),
        looks_like=(
            "Worker (pid:23) was sent SIGSEGV!",
            "Segmentation fault (core dumped)",
            "Process exited with status 139",
        ),
        sources=(sources.LOGS,),
        aliases=("signal-11", "sigsegv"),
    ),
    Symptom(
        code="exit-134",
        title="A library gave up: signal 6",
        meaning="abort() after a check failed; the line just before it says which.",
        candidates=(
            Candidate("thread-limit", "`pthread_create() failed`"),
            Candidate("memory-alloc-failed", "`std::bad_alloc`"),
            Candidate("tf-install-broken", "`libprotobuf FATAL` or a registration done twice"),
        ),
        looks_like=("Aborted (core dumped)", "Process exited with status 134"),
        sources=(sources.TF_THREADS, sources.LOGS),
        aliases=("signal-6", "sigabrt"),
    ),
    Symptom(
        code="exit-132",
        title="An instruction that the processor does not have: signal 4",
        meaning="The program was compiled for a newer or another processor.",
        candidates=(Candidate("cpu-illegal-instruction", "the signal itself"),),
        looks_like=("Illegal instruction (core dumped)", "Process exited with status 132"),
        sources=(sources.TF_AVX,),
        aliases=("signal-4", "sigill"),
    ),
    Symptom(
        code="exit-127",
        title="The command was not found",
        meaning="The shell knows no program of that name; 126 means that it may not run it.",
        candidates=(
            Candidate("gunicorn-not-installed", "the command is gunicorn"),
            Candidate("wrong-buildpack", "the command is another language's: npm, bundle"),
            Candidate("crlf-line-endings", "the name ends with \\r"),
            Candidate("start-command-not-found", "any other command"),
        ),
        looks_like=("Process exited with status 127",),
        sources=(sources.LOGS,),
        aliases=("exit-126",),
    ),
    Symptom(
        code="no-open-ports",
        title="Render: No open ports detected",
        meaning="Render scans for a port that is open to it, and found none so far.",
        candidates=(
            Candidate("port-not-bound", "an address such as 127.0.0.1 is printed"),
            Candidate("slow-boot", "the process is still importing or loading"),
            Candidate("worker-declared-as-web", "the command serves nothing"),
            Candidate("memory-limit-killed", "`Ran out of memory` in between"),
        ),
        looks_like=(
            "No open ports detected, continuing to scan...",
            (
                "Port scan timeout reached, no open ports detected. Bind your "
                "service to at least one port."
            ),
        ),
        sources=(sources.RENDER_HEALTH, sources.LOGS),
        platforms=frozenset(("render",)),
    ),
    Symptom(
        code="application-failed-to-respond",
        title="Railway: 502, Application failed to respond",
        meaning="Railway's proxy reached nobody on the port.",
        candidates=(
            Candidate("port-not-bound", "another port or 127.0.0.1 is printed"),
            Candidate("slow-boot", "only for a while after a deploy"),
            Candidate("memory-limit-killed", "the process was killed and is started again"),
            Candidate("gunicorn-worker-timeout", "WORKER TIMEOUT in the same second"),
            Candidate("asleep-cold-start", "only the first request after a pause"),
        ),
        looks_like=("Application failed to respond",),
        sources=(sources.RAILWAY_LIMITS,),
        platforms=frozenset(("railway",)),
        aliases=("railway-502",),
    ),
    Symptom(
        code="proxy-cannot-reach-app",
        title="A proxy in front of the app reports 502, 503 or 504",
        meaning="nginx (Dokku), Fly.io's proxy or Render's could not reach the "
        "process (502, 503), or waited in vain (504).",
        candidates=(
            Candidate(
                "port-not-bound", "`Connection refused`, or `not listening on the expected address`"
            ),
            Candidate("gunicorn-worker-timeout", "WORKER TIMEOUT in the same second"),
            Candidate("memory-limit-killed", "signal 9 without WORKER TIMEOUT before it"),
            Candidate("model-loaded-per-request", "504, and the view loads the model"),
            Candidate("slow-boot", "only for a while after a deploy"),
        ),
        looks_like=(
            "connect() failed (111: Connection refused) while connecting to upstream",
            "upstream prematurely closed connection while reading response header from upstream",
            (
                "upstream timed out (110: Connection timed out) while reading "
                "response header from upstream"
            ),
            "[PC01] instance refused connection. is your app listening on 0.0.0.0:8080?",
        ),
        sources=(sources.DOKKU_NGINX, sources.FLY_TROUBLE),
        platforms=frozenset(("dokku", "render", "fly")),
        aliases=("502", "503", "504"),
    ),
    Symptom(
        code="health-check-failed",
        title="The host's health check failed",
        meaning="Nobody answered the check, or it was answered with an error.",
        candidates=(
            Candidate(
                "health-check-refused", "the app's log shows the request, with 400, 301 or 404"
            ),
            Candidate("port-not-bound", "the app's log shows no request, and another address"),
            Candidate("slow-boot", "the app's log shows no request, and loading"),
            Candidate("memory-limit-killed", "the process was killed meanwhile"),
        ),
        looks_like=(
            "Healthcheck failed!",
            "1/1 replicas never became healthy!",
            "Health check on port 8080 has failed.",
        ),
        sources=(sources.RAILWAY_HEALTH, sources.RENDER_HEALTH, sources.DOKKU_CHECKS),
        platforms=frozenset(("railway", "render", "fly", "dokku")),
    ),
    Symptom(
        code="container-failed-to-start",
        title="Cloud Run: the container failed to start and listen",
        meaning="The same sentence for a crash, a wrong port, too little memory and a slow start.",
        candidates=(
            Candidate("cloud-run-start-failed", "nothing tells more"),
            Candidate("port-not-bound", "another address is printed"),
            Candidate("memory-limit-killed", "`Memory limit of ... exceeded`"),
            Candidate("image-architecture-mismatch", "`exec format error`"),
            Candidate("dependency-not-in-requirements", "a ModuleNotFoundError"),
            Candidate("slow-boot", "it was still loading when the time was up"),
        ),
        looks_like=(
            (
                "The user-provided container failed to start and listen on the "
                "port defined provided by the PORT=8080 environment variable "
                "within the allocated timeout."
            ),
        ),
        sources=(sources.CLOUD_RUN_CONTRACT, sources.LOGS),
        platforms=frozenset(("cloud-run",)),
    ),
    Symptom(
        code="no-matching-distribution",
        title="pip: Could not find a version that satisfies the requirement",
        meaning="The list `(from versions: ...)` decides: empty, above the one asked for, or below "
        "it; and lines about Requires-Python or another platform around it.",
        candidates=(
            Candidate(
                "tf-no-wheel-for-python",
                "TensorFlow, and the list starts above the one asked for, or is empty",
            ),
            Candidate("tf-no-wheel-for-platform", "TensorFlow, on ARM, Alpine or an Intel Mac"),
            Candidate(
                "pip-too-old-for-wheel", "the list ends at 2.0.0b1, or pip is older than 20.3"
            ),
            Candidate("windows-only-pin", "the package is Windows's own"),
            Candidate(
                "package-needs-newer-python",
                "the list ends below the one asked for, and Python is old",
            ),
            Candidate("package-not-found", "the list is empty for every version and platform"),
            Candidate("tflite-runtime-abandoned", "the package is tflite-runtime"),
            Candidate("pins-not-installable", "any other package"),
            Candidate("package-index-unreachable", "`Retrying` or `connection broken` before it"),
        ),
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the "
                "requirement tensorflow==2.15.1 (from versions: 2.16.0rc0, "
                "2.16.1)"
            ),
        ),
        sources=(sources.PIP, sources.LOGS),
        aliases=("could-not-find-a-version",),
    ),
    Symptom(
        code="file-signature-not-found",
        title="h5py: file signature not found",
        meaning="The file is there and is not HDF5. Its size decides: about 130 "
        "bytes are a Git LFS pointer.",
        candidates=(
            Candidate(
                "git-lfs-pointer", "about 130 bytes, beginning with `version https://git-lfs`"
            ),
            Candidate("model-file-corrupt", "any other size: a web page, a part of a download"),
            Candidate(
                "model-download-refused", "it was downloaded, and begins with `<!DOCTYPE html>`"
            ),
        ),
        looks_like=(
            "OSError: Unable to open file (file signature not found)",
            "OSError: Unable to synchronously open file (file signature not found)",
        ),
        sources=(sources.GIT_LFS, sources.LOGS),
    ),
    Symptom(
        code="unknown-layer",
        title="Keras: a class or an argument of the model is not known",
        meaning="The name decides: one of Keras's own means another generation of Keras, one of "
        "yours means that the code was not handed over.",
        candidates=(
            Candidate(
                "keras-version-mismatch",
                "a name of Keras's own: Functional, Sequential, batch_shape, groups",
            ),
            Candidate("custom-object-missing", "a name that is not Keras's"),
            Candidate("legacy-h5-in-keras3", "an .h5 of Keras 1 or 2, and Keras 3"),
            Candidate("lambda-refused-by-safe-mode", "the name is Lambda"),
        ),
        looks_like=(
            "ValueError: Unknown layer: Functional",
            "TypeError: Could not locate class 'AttentionLayer'.",
        ),
        sources=(sources.KERAS_3, sources.LOGS),
    ),
)
