"""Threads and interpreters that the server does not allow."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH267",
        name="thread-limit",
        title="A thread cannot be started: their number is limited{limit: to *|}",
        severity=Severity.ERROR,
        why="TensorFlow, OpenBLAS, MKL and OpenMP each start a pool as large as the number of "
        "visible processors, in every worker. A small dyno sees {heroku:eco.visible_cpus} and "
        "may run {heroku:eco.max_processes} processes and threads in all; shared hosts allow far "
        "fewer.",
        looks_like=(
            (
                "OpenBLAS blas_thread_init: pthread_create failed for thread 2 "
                "of 64: Resource temporarily unavailable"
            ),
            (
                "F external/local_tsl/tsl/platform/default/env.cc:74] Check "
                "failed: ret == 0 (11 vs. 0)Thread tf_numa_-1_Eigen creation "
                "via pthread_create() failed."
            ),
            "libgomp: Thread creation failed: Resource temporarily unavailable",
            "RuntimeError: can't start new thread",
        ),
        remedies=(
            run(
                "Make the pools small, before anything is imported.",
                "heroku config:set OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "
                "TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1",
                on="heroku",
            ),
            edit(
                "The same in code, at the top of wsgi.py.",
                "wsgi.py",
                'os.environ.setdefault("OMP_NUM_THREADS", "1")\n'
                'os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")\n'
                'os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")',
            ),
            edit(
                "Start fewer workers.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
        ),
        check=Check(
            "How many there may be, and are:",
            ("heroku run -- bash -c 'ulimit -u; ps -eLf | wc -l'",),
        ),
        sources=(sources.HEROKU_PROCESSES, sources.TF_THREADS, sources.MEASURED, sources.LOGS),
        related=("too-many-workers", "threads-oversubscribed"),
    ),
    Cause(
        code="WH268",
        name="mod-wsgi-subinterpreter",
        title="Apache runs the app in a sub-interpreter, where numpy and TensorFlow hang",
        severity=Severity.ERROR,
        why="mod_wsgi gives each app an interpreter of its own inside one process. Modules with "
        "simple global state, as numpy, h5py and TensorFlow are, support the main interpreter "
        "only, and wait for ever in another; those in Rust refuse to be loaded there.",
        looks_like=(
            (
                "Timeout when reading response headers from daemon process "
                "'mysite': /srv/mysite/wsgi.py"
            ),
            "Script timed out before returning headers: wsgi.py",
            "ImportError: PyO3 modules do not yet support subinterpreters",
        ),
        remedies=(
            edit(
                "Use the main interpreter, in a daemon process.",
                "apache.conf",
                "WSGIDaemonProcess mysite processes=1 threads=4\nWSGIProcessGroup mysite\n"
                "WSGIApplicationGroup %{GLOBAL}",
            ),
            edit(
                "Or let Apache pass requests on to a server of Python's.",
                "apache.conf",
                "ProxyPass / http://127.0.0.1:8000/",
            ),
        ),
        check=Check(
            "The first request comes back:", ("apachectl configtest", "curl -I http://127.0.0.1/")
        ),
        sources=(sources.MOD_WSGI, sources.LOGS),
        related=("fork-after-model-load", "request-timeout-h12"),
    ),
)
