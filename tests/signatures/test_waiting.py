"""What a process waited for when it was stopped, and what only looks like a cause beside it."""

from tests.signatures.reading import first_causes, noise, read, trace

TIMEOUT = "[2025-01-16 09:14:32 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:9)\n"
KILLED = (
    "[2025-01-16 09:14:33 +0000] [2] [ERROR] Worker (pid:9) was sent SIGKILL! "
    "Perhaps out of memory?\n"
)
ABORT = "/usr/lib/python3.12/site-packages/gunicorn/workers/base.py:handle_abort:sys.exit(1)"
VIEW = "/app/rates/views.py:rates"
ROUTER = (
    "2025-01-16T09:14:32.431223+00:00 heroku[router]: at=error code=H12 "
    'desc="Request timeout" method=GET path="/rates/" dyno=web.1 service=30000ms status=503\n'
)


def stopped_in(path: str, code: str = "resp = conn.urlopen(") -> str:
    """Return a traceback of a worker that gunicorn ends while it is in a file."""
    library = f"/usr/lib/python3.12/site-packages/{path}:send:{code}"
    return trace(f"{VIEW}:x = call()", library, ABORT, error="SystemExit: 1")


def test_a_worker_that_waits_for_an_answer_waits_for_somebody_else() -> None:
    log = ROUTER + TIMEOUT + stopped_in("requests/adapters.py") + KILLED
    assert first_causes(log) == ["outbound-call-without-timeout"]


def test_where_the_notice_was_cut_off_the_traceback_tells() -> None:
    log = stopped_in("httpcore/_backends/sync.py") + KILLED
    assert first_causes(log) == ["outbound-call-without-timeout"]


def test_a_worker_that_downloads_a_model_does_not_wait_for_a_service() -> None:
    library = stopped_in("requests/adapters.py").replace("requests/", "gdown/requests/")
    assert "outbound-call-without-timeout" not in first_causes(TIMEOUT + library)


def test_a_worker_that_loads_its_model_waits_for_nobody() -> None:
    log = TIMEOUT + stopped_in("keras/saving/saving_api.py", "model = load_model(path)")
    assert "outbound-call-without-timeout" not in first_causes(log)


def test_a_program_that_ends_itself_is_no_late_worker() -> None:
    log = trace(
        "/app/sync.py:<module>:main()",
        "/usr/lib/python3.12/site-packages/requests/adapters.py:send:sys.exit(1)",
        error="SystemExit: 1",
    )
    assert first_causes(log) == []


REFUSED = 'connection to server at "db.example.net" (10.0.0.7), port 5432 failed: FATAL:  '
WRONG = f'{REFUSED}password authentication failed for user "ledger"'
PLAIN = f'{REFUSED}no pg_hba.conf entry for host "10.0.0.9", user "ledger", no encryption'


def test_the_second_try_without_tls_is_no_cause() -> None:
    log = trace(f"{VIEW}:connect()", error=f"psycopg2.OperationalError: {WRONG}\n{PLAIN}")
    assert first_causes(log) == ["database-credentials-stale"]


def test_the_only_try_without_tls_is() -> None:
    log = trace(f"{VIEW}:connect()", error=f"psycopg2.OperationalError: {PLAIN}")
    assert first_causes(log) == ["database-requires-ssl"]


def test_a_database_that_is_refused_at_another_time_keeps_its_cause() -> None:
    other = "web: nothing of note\n" * 5
    found = first_causes(f"{PLAIN}\n{other}{WRONG}\n")
    assert "database-requires-ssl" in found


def test_what_billiard_wraps_is_told_once() -> None:
    log = (
        "2025-10-08T02:13:01+00:00 heroku[worker.1]: Error R15 (Memory quota vastly exceeded)\n"
        "2025-10-08T02:13:01+00:00 app[worker.1]: Traceback (most recent call last):\n"
        '2025-10-08T02:13:01+00:00 app[worker.1]:   File "/app/billiard/pool.py", line 1, in lost\n'
        "2025-10-08T02:13:01+00:00 app[worker.1]:     raise WorkerLostError(\n"
        "2025-10-08T02:13:01+00:00 app[worker.1]: billiard.einfo.ExceptionWithTraceback: \n"
        '2025-10-08T02:13:01+00:00 app[worker.1]: """\n'
    )
    assert first_causes(log) == ["memory-limit-killed"]


START = "2025-05-21T16:02:00+00:00 heroku[web.1]: Starting process with command `uvicorn api:app`\n"
BAR = "2025-05-21T16:02:52+00:00 app[web.1]: model.safetensors:  66%|████   | 734M/1.11G [00:32<"
R10 = (
    "2025-05-21T16:02:58+00:00 heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to "
    "bind to $PORT within 60 seconds of launch\n"
)


def test_a_server_that_downloads_its_weights_boots_slowly() -> None:
    assert first_causes(START + BAR + "00:16, 22.9MB/s]\n" + R10) == ["slow-boot"]


def test_weights_that_come_in_time_are_no_cause() -> None:
    up = "2025-05-21T16:02:58+00:00 heroku[web.1]: State changed from starting to up\n"
    assert first_causes(START + BAR + "00:16, 22.9MB/s]\n" + up) == []


def test_no_driver_of_a_card_is_noise() -> None:
    line = "UserWarning: CUDA initialization: Found no NVIDIA driver on your system.\n"
    assert first_causes(line) == []
    assert noise(line) == ["cuda-noise-harmless"]


SCALED = "2025-04-09T11:05:00+00:00 app[api]: Scaled to web@1:Basic worker@0:Basic by user a@b.c\n"
QUEUED = "2025-04-09T11:06:02+00:00 app[web.1]: INFO views enqueued job 1b6f on queue default\n"


def test_tasks_that_nobody_takes() -> None:
    assert first_causes(SCALED + QUEUED) == ["task-worker-not-scaled"]


def test_tasks_before_the_workers_went() -> None:
    assert first_causes(QUEUED + SCALED) == []


def test_a_library_that_is_hardly_ever_a_wheel_is_missed_for_its_header() -> None:
    failed = "  ERROR: Failed building wheel for {}\n"
    assert first_causes(failed.format("psycopg2")) == ["psycopg2-needs-pg-config"]
    assert first_causes(failed.format("mysqlclient")) == ["build-tools-missing"]
    others = read(failed.format("mysqlclient")).first[0].alternatives
    assert "sdist-build-python-too-new" in {cause.name for cause in others}
