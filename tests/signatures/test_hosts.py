"""What hosts, machines and servers say of processes, ports, checks and late answers."""

import json

import pytest

from tests.signatures.reading import first_causes, noise, possible_causes, read, trace

PACKAGES = "/usr/local/lib/python3.12/site-packages"
SYSTEMD = "Nov 26 02:00:00 vps systemd[1]: web.service: "
AT = "2026-05-02T02:00:01.000000+00:00 "
LOCAL = "[2026-02-19 20:41:33 +0000] [1] [INFO] Listening at: http://127.0.0.1:8000 (1)\n"
EVERYWHERE = "[2026-02-19 20:41:33 +0000] [1] [INFO] Listening at: http://0.0.0.0:{} (1)\n"
PROBE = 'Default STARTUP TCP probe failed 1 time consecutively for container "a-1" on port 8080.\n'
LATE = "The request has been terminated because it has reached the maximum request timeout.\n"
H12 = f'{AT}heroku[router]: at=error code=H12 desc="Request timeout" path="/train" status=503\n'
REFUSED = (
    "2026/02/19 20:42:33 [error] 29#29: *1 connect() failed (111: Connection refused) while "
    'connecting to upstream, client: 1.2.3.4, server: a, upstream: "http://172.17.0.5:5000/"\n'
)
CLOSED = "*1 upstream prematurely closed connection while reading response header from upstream\n"
NOT_THERE = "WARNING The app is not listening on the expected address and will not be reachable\n"
EXPECTED = "  - 0.0.0.0:8080\n"
SLEPT = "App a has excess capacity, autostopping machine 48e.\n"
TRIED = "[PM05] failed to connect to machine: gave up after 15 attempts (in 8.6s)\n"


def edge(error: str, status: int = 502) -> str:
    """Return a request as Railway's edge writes it down."""
    errors = json.dumps([{"error": error}]) if error else ""
    told = {"method": "GET", "path": "/", "httpStatus": status, "upstreamErrors": errors}
    return json.dumps(told) + "\n"


@pytest.mark.parametrize(
    "log",
    [
        "Sep 18 10:42:58 AM  ==> Out of memory (used over 512Mi)\n",
        "10:11:12 Machine 48e7363a74e378 ran out of memory\n",
        f"{SYSTEMD}A process of this unit has been killed by the OOM killer.\n",
        f"{SYSTEMD}Main process exited, code=killed, status=9/KILL\n",
        f"{SYSTEMD}Failed with result 'oom-kill'.\n",
        "Container terminated on signal 9.\n",
        "Uncaught signal: 9, pid=2, tid=2, fault_addr=0.\n",
        "INFO Main child exited with signal (with signal 'SIGKILL', core dumped? false)\n",
        "f0f0  app  gunicorn  2 min ago  Exited (137) 10 seconds ago  web-1\n",
        "INFO:     Child process [9] died\n",
        '{"details":{"reason":{"oomKilled":{"memoryLimit":"512Mi"}}}}\n',
        "Exceeded soft memory limit of 256 MB with 267 MB after servicing 2 requests total.\n",
    ],
)
def test_killed_for_memory(log: str) -> None:
    assert first_causes(log) == ["memory-limit-killed"]


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (f"{SYSTEMD}Main process exited, code=dumped, status=11/SEGV\n", "fork-unsafe-segfault"),
        (f"{SYSTEMD}Main process exited, code=dumped, status=4/ILL\n", "cpu-illegal-instruction"),
        (f"{SYSTEMD}State 'stop-sigterm' timed out. Killing.\n", "shutdown-ignored-sigterm"),
        (f"{SYSTEMD}start operation timed out. Terminating.\n", "slow-boot"),
        (
            (f"{SYSTEMD}Failed at step EXEC spawning /srv/venv/bin/gunicorn: "
            "No such file or directory\n"),
            "gunicorn-not-installed",
        ),
        (
            f"{SYSTEMD}Failed at step EXEC spawning /srv/run.sh: Permission denied\n",
            "start-command-not-found",
        ),
        (
            (f"{SYSTEMD}Failed at step CHDIR spawning /srv/venv/bin/gunicorn: "
            "No such file or directory\n"),
            "start-command-not-found",
        ),
        ("exec user process caused: no such file or directory\n", "crlf-line-endings"),
        ("exec /docker-entrypoint.sh: permission denied\n", "start-command-not-found"),
        ("/app/.venv/bin/python: No module named gunicorn\n", "gunicorn-not-installed"),
        ("/app/.venv/bin/python3: No module named uvicorn\n", "start-command-not-found"),
        ("/app/.venv/bin/python: No module named shop\n", "wsgi-module-not-found"),
        (
            "ERROR Error: failed to spawn command: gunicorn a.wsgi: No such file or directory\n",
            "gunicorn-not-installed",
        ),
        (
            "Application failed to start: failed to load /usr/bin/python3: exec format error\n",
            "image-architecture-mismatch",
        ),
        ("No start command detected. Specify a start command\n", "start-command-not-found"),
    ],
)  # fmt: skip
def test_a_process_that_cannot_start_or_end(log: str, cause: str) -> None:
    assert first_causes(log) == [cause]


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("Unable to load celery application.\nThe module shop was not found.", "module"),
        ("hypercorn.utils.NoAppError: Cannot load application from 'a:app', module not found.",
         "module"),
        ('uvicorn.importer.ImportFromStringError: Could not import module "app.main".', "module"),
        ("There was an exception (ModuleNotFoundError) importing your module.", "module"),
        ("Error: Could not locate a Flask application. Use 'flask --app'", "module"),
        ("Target WSGI script not found or unable to stat: /srv/shop/wsgi.py", "module"),
        ("Unable to load celery application.\nModule 'shop' has no attribute 'celery'",
         "attribute"),
        ("hypercorn.utils.NoAppError: Cannot load application from 'a:x', application not found.",
         "attribute"),
        ('Error loading ASGI app. Import string "main" must be in format "<module>:<attribute>".',
         "attribute"),
    ],
)  # fmt: skip
def test_each_server_says_in_its_own_words_that_there_is_no_app(error: str, cause: str) -> None:
    expected = {"module": "wsgi-module-not-found", "attribute": "wsgi-attribute-not-found"}
    assert first_causes(error + "\n") == [expected[cause]]


@pytest.mark.parametrize(
    ("frame", "error", "cause"),
    [
        (
            f"{PACKAGES}/uvicorn/protocols/http/h11_impl.py:run_asgi:result = await app()",
            "TypeError: __call__() takes 3 positional arguments but 4 were given",
            "wsgi-asgi-mixed-up",
        ),
        (
            f"{PACKAGES}/gunicorn/workers/sync.py:handle_request:for item in respiter:",
            "TypeError: 'coroutine' object is not iterable",
            "wsgi-asgi-mixed-up",
        ),
        (
            "/app/shop/cart.py:total:for item in items():",
            "TypeError: 'coroutine' object is not iterable",
            "application-error",
        ),
        (
            "/app/shop/cart.py:total:price(1, 2, 3)",
            "TypeError: __call__() takes 3 positional arguments but 4 were given",
            "application-error",
        ),
    ],
)
def test_who_calls_the_app_in_the_wrong_way(frame: str, error: str, cause: str) -> None:
    assert first_causes(trace(frame, error=error)) == [cause]


@pytest.mark.parametrize(
    "log",
    [
        "Error: Invalid value for '--port' / '-p': '$PORT' is not a valid integer.\n",
        "Error: '' is not a valid port number.\n",
        'CommandError: "0.0.0.0:$PORT" is not a valid port number or address:port pair.\n',
        "ValueError: invalid literal for int() with base 10: '${PORT}'\n",
        "ERROR: [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): denied\n",
        "ERROR: [Errno 99] error while attempting to bind on address ('10.1.2.3', 8000): no\n",
        "[ERROR] Can't connect to ('0.0.0.0', 80)\n",
        (
            "Port scan timeout reached, failed to detect open port 10000 from PORT environment "
            "variable.\n"
        ),
        (
            "Failure in name='port listening check': container listening on expected IPv4 "
            "interface with an unexpected port: expected=5000 actual=8000\n"
        ),
        f"{LOCAL}[PM06] failed to connect to machine: gave up after 15 attempts\n",
        f"{LOCAL}{PROBE}",
        EVERYWHERE.format(5000) + PROBE,
        EVERYWHERE.format(8000) + edge("connection refused"),
        EVERYWHERE.format(8000) + REFUSED,
        REFUSED + EVERYWHERE.format(8000),
        NOT_THERE + EXPECTED,
        NOT_THERE + EXPECTED + EVERYWHERE.format(8000),
        (
            "*1 connect() to unix:/run/web.sock failed (2: No such file or directory) while "
            "connecting to upstream\n"
        ),
        "dial tcp 172.18.0.3:8000: connect: connection refused\n",
    ],
)
def test_nobody_listens_where_the_host_looks(log: str) -> None:
    assert first_causes(log) == ["port-not-bound"]


@pytest.mark.parametrize(
    "log",
    [
        REFUSED + EVERYWHERE.format(5000),
        EVERYWHERE.format(8080) + PROBE,
    ],
)
def test_the_right_port_was_only_late(log: str) -> None:
    assert first_causes(log) == ["slow-boot"]


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("Attempt #1 failed with status 404. Continuing to retry for 49s\n",
         "health-check-refused"),
        ("Failure in name='default': unexpected status code: 400\n", "health-check-refused"),
        ("Invalid HTTP_HOST header: '10.2.4.12:10000'.\nHealth check failed\n",
         "health-check-refused"),
        ("Attempt #1 failed with service unavailable. Continuing to retry for 4m\n",
         "port-not-bound"),
        ("dependency failed to start: container app-web-1 is unhealthy\n", "health-check-refused"),
        ("The user-provided container failed the configured startup probe checks.\n",
         "cloud-run-start-failed"),
    ],
)  # fmt: skip
def test_a_check_that_failed(log: str, cause: str) -> None:
    assert first_causes(log) == [cause]


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (LATE, "request-timeout-h12"),
        ("upstream timed out (110: Connection timed out) while reading response header\n",
         "request-timeout-h12"),
        (f"Epoch 1/40\nEpoch 2/40\n{LATE}", "training-in-request"),
        (f"{AT}app[web.1]: Epoch 1/40\n{H12}", "training-in-request"),
        (f"{AT}app[worker.1]: Epoch 1/40\n{H12}", "request-timeout-h12"),
        (("*** HARAKIRI ON WORKER 1 (pid: 12, try: 1) ***\nDAMN ! worker 1 (pid: 12) "
         "died, killed by signal 9 :( trying respawn ...\n"), "request-timeout-h12"),
        ("WARNING:waitress.queue:Task queue depth is 35\n", "requests-queue-behind-prediction"),
        (CLOSED, "worker-killed-h13"),
        (f"{CLOSED}[CRITICAL] WORKER TIMEOUT (pid:9)\n", "gunicorn-worker-timeout"),
        (edge("connection closed unexpectedly"), "worker-killed-h13"),
        ("The request was aborted because there was no available instance.\n",
         "requests-queue-behind-prediction"),
        (("Instance reached hard limit of 25 concurrent connections\n[PR04] could not find a good "
         "candidate within 75ms\n"), "requests-queue-behind-prediction"),
    ],
)  # fmt: skip
def test_requests_that_an_edge_gave_up(log: str, cause: str) -> None:
    assert first_causes(log) == [cause]


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("[PU03] unreachable worker host. this is a Fly issue.\n", "platform-incident"),
        (("could not reserve resource for machine: insufficient memory available to fulfill "
         "request\n"), "platform-incident"),
        ("ERROR: (gcloud.run.deploy) PERMISSION_DENIED: no\n", "account-or-billing"),
        ("Cloud SQL connection failed. Please see x: googleapi: Error 403: NOT_AUTHORIZED\n",
         "account-or-billing"),
        ("Railway rate limit of 500 logs/sec reached for replica. Messages dropped: 2\n",
         "logs-dropped"),
        ("systemd-journald[300]: Suppressed 1823 messages from web.service\n", "logs-dropped"),
        (("COPY failed: file not found in build context or excluded by .dockerignore: stat "
         "weights/a.onnx: file does not exist\n"), "model-excluded-from-slug"),
        ('ERROR: failed to calculate checksum of ref a::b: "/models/a.h5": not found\n',
         "model-excluded-from-slug"),
    ],
)  # fmt: skip
def test_what_else_hosts_say(log: str, cause: str) -> None:
    assert first_causes(log) == [cause]


def test_a_visitor_who_waited_for_the_start_is_told_of() -> None:
    up = EVERYWHERE.format(8080) + "machine became reachable in 10.9s\n"
    assert first_causes(SLEPT + TRIED + up) == ["asleep-cold-start"]
    assert first_causes(SLEPT + up) == []
    assert noise(SLEPT + up) == ["asleep-cold-start"]


def test_a_probe_that_failed_ends_the_container_and_no_memory_does() -> None:
    log = PROBE + "Container terminated on signal 9.\n"
    assert "memory-limit-killed" not in first_causes(log)
    assert "slow-boot" in possible_causes("Downloading data from https://a.example/b.h5\n" + log)


def test_a_process_that_was_told_to_stop_was_not_killed_for_memory() -> None:
    log = "Gracefully stopping... (press Ctrl+C again to force)\nweb-1 exited with code 137\n"
    assert first_causes(log) == ["shutdown-ignored-sigterm"]


@pytest.mark.parametrize(
    "log",
    [
        "2026-01-01 00:00:00 INFO chat: what does 'container terminated on signal 9' mean\n",
        "INFO support: ticket 12 'my machine ran out of memory' is closed\n",
        '10.0.0.1 - - [x] "GET /docs?status=504 HTTP/1.1" 200 12 "-" "Mozilla/5.0"\n',
        "INFO mail: the address is already in use by another account\n",
        "Epoch 1/5\n100/100 - 2s - loss: 0.3\nSaved model to model.keras\n",
        f"{SYSTEMD}Main process exited, code=killed, status=15/TERM\n",
        f"{SYSTEMD}Deactivated successfully.\n",
        "Exited (0) 5 minutes ago\nExited (143) 5 minutes ago\n",
        "web-1 exited with code 0\n",
        edge("", 200),
        edge("", 499),
        "python: No module named pytest\n",
        "Attempt #1 failed with service unavailable. Continuing\n[1/1] Healthcheck succeeded!\n",
        "Health check on port 8080 has failed.\nHealth check on port 8080 is now passing.\n",
        "Healthcheck succeeded name='default'\nAll checks succeeded (web.1)\n",
        "New primary port detected: 8000. Restarting deploy\n",
        NOT_THERE + EXPECTED + EVERYWHERE.format(8080),
        (
            "recv() failed (104: Connection reset by peer) while reading response header\n"
            "[2026-02-19 20:42:33 +0000] [1] [INFO] Handling signal: term\n"
        ),
        f'{AT}heroku[router]: at=warning code=H28 desc="Client Connection Idle" path="/ws/"\n',
        " Container app-web-1  Stopping\n Container app-web-1  Stopped\n",
        "exporting to image\nnaming to docker.io/library/app:latest\n",
    ],
)
def test_what_is_healthy_or_only_quoted(log: str) -> None:
    explanation = read(log)
    assert not explanation.first
    assert not explanation.outside


HEALTHY = [
    "WARNING:waitress.queue:Task queue depth is 1\n",
    (
        "==> Running 'uvicorn main:app'\n==> No open ports detected, continuing to scan...\n"
        "INFO:     Uvicorn running on http://0.0.0.0:8000\n==> Your service is live\n"
    ),
    "Attaching to web-1\nweb-1  | [INFO] Handling signal: term\nweb-1 exited with code 0\n",
    " Container app-db-1  Started\n Container app-web-1  Started\n",
    "machine started\nINFO Preparing to run: `gunicorn a.wsgi` as app\n"
    + EVERYWHERE.format(8080)
    + "INFO Main child exited normally with code: 0\n",
    f"{SYSTEMD}Consumed 1min 2.3s CPU time, 512.3M memory peak, 0B memory swap peak.\n",
    (
        "Starting new instance. Reason: AUTOSCALING\nDefault STARTUP TCP probe succeeded\n"
        "[INFO] Handling signal: term\n"
    ),
    (
        f"{AT}heroku[web.1]: Idling\n{AT}heroku[web.1]: State changed from up to down\n"
        f"{AT}heroku[web.1]: Unidling\n{AT}heroku[web.1]: State changed from starting to up\n"
    ),
    "INFO:     Uvicorn running on http://127.0.0.1:8000\nINFO:     Started reloader process [22]\n",
    "[INFO] Stopping Container service helper v2\n",
    "10:11:14 INFO worker: Killed 3 stale sessions\n",
    f"{AT}app[worker.1]: Epoch 1/5\n{AT}heroku[router]: at=info path=/ status=200\n",
    "cron: backup finished, exit status 0\n",
    "Not found: nothing\n: ok\n",
    "GET /wp-login.php HTTP/1.1 404\n",
    "Traceback of the day: people say 'Traceback (most recent call last)' a lot\nfoo\nbar\n",
    'time="2026-01-01T00:00:00Z" level=info msg="Starting server" port=8000\n',
    f"{SYSTEMD}Scheduled restart job, restart counter is at 1.\n{SYSTEMD}Started web.\n",
    "INFO uploads: 'Failed to locate executable' is the title of a post\n",
    '{"event": "search", "query": "upstream request", "status": 504}\n',
    "[INFO] probe: container listening on expected port\n",
    "Running on all addresses (0.0.0.0)\nRunning on http://127.0.0.1:5000\n",
    "INFO train: [Epoch 3] loss 0.2\nINFO train: done\n",
    "INFO proxy: retried, then status=200\n",
    "curl: HTTP/1.1 200 OK\n",
    f"{SYSTEMD}Stopping web.service - shop...\n{SYSTEMD}Stopped web.service - shop.\n",
    "2026-01-01 00:00:00 INFO the cache ran out of entries, loading more\n",
    "release_command: python manage.py migrate\nNo migrations to apply.\n",
    '{"message": "slept", "error": {"stack": "none"}}\n',
    "DNS: dial tcp was used 3 times\n",
    "INFO [PM2] App [shop] online\n",
]


@pytest.mark.parametrize("log", HEALTHY)
def test_hosts_and_servers_talk_while_all_is_well(log: str) -> None:
    explanation = read(log)
    assert not explanation.first
    assert not explanation.outside


def test_what_the_host_says_after_an_exception_is_no_part_of_it() -> None:
    crash = trace(
        "/app/main.py:<module>:model = load_model('models/m.h5')",
        error="OSError: Unable to open file (unable to open file: name = 'models/m.h5', errno = 2, "
        "error message = 'No such file or directory', flags = 0, o_flags = 0)",
    )
    assert first_causes(crash + PROBE) == first_causes(crash)


def test_another_file_that_is_not_copied_is_quoted() -> None:
    explanation = read("COPY failed: stat nginx.conf: file does not exist\n")
    assert not explanation.first
    assert explanation.outside


def test_what_comes_after_the_image_is_no_build_any_more() -> None:
    driver = trace(
        f"{PACKAGES}/django/db/backends/mysql/base.py:<module>:import MySQLdb as Database",
        error="ModuleNotFoundError: No module named 'MySQLdb'",
    )
    log = f" => [4/6] RUN pip install -r a.txt\n => exporting to image   9.7s\n{driver}"
    assert first_causes(log) == ["db-driver-missing"]


@pytest.mark.parametrize(
    "line",
    [
        'Step #1 - "build": Failure: (ID: 7eb4de08) build failed: no source was found',
        (
            "[Wed Oct 07 06:50:04.118592 2026] [wsgi:error] [pid 9] [client 203.0.113.18:5] "
            "Truncated or oversized response headers received from daemon process 'shop': /srv/x.py"
        ),
        "curl: (22) The requested URL returned error: 403",
    ],
)
def test_what_a_host_says_of_a_failure_is_quoted(line: str) -> None:
    explanation = read(f"{line}\n")
    assert not explanation.first
    assert line.endswith(explanation.outside[0].quotes[0])
