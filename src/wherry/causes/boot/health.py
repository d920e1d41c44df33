"""The host looks whether the app is well, and is told that it is not."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH222",
        name="cloud-run-start-failed",
        title="The container failed to start, for a reason that only its own log tells",
        severity=Severity.ERROR,
        why="Cloud Run says the same sentence whether the process crashed, listened elsewhere, ran "
        "out of memory or was slow; it waits at most {cloud-run.boot_timeout_s}. The lines of the "
        "revision before it decide which of these it was.",
        looks_like=(
            (
                "The user-provided container failed to start and listen on the "
                "port defined provided by the PORT=8080 environment variable "
                "within the allocated timeout."
            ),
            (
                "Container failed to start. Failed to start and then listen on "
                "the port defined by the PORT environment variable."
            ),
        ),
        platforms=frozenset(("cloud-run",)),
        remedies=(
            run(
                "Read what the process said.",
                "gcloud run services logs read {app|SERVICE} --limit 100",
                on="cloud-run",
            ),
            edit(
                "Listen on $PORT, on every address.",
                "Dockerfile",
                "CMD exec gunicorn --bind :$PORT {project|mysite}.wsgi",
                on="cloud-run",
            ),
            run(
                "Give TensorFlow room.",
                "gcloud run services update {app|SERVICE} --memory 2Gi --cpu-boost",
                on="cloud-run",
            ),
        ),
        check=Check(
            "It starts here, with so much memory:",
            ("docker run --rm -e PORT=8080 -p 8080:8080 --memory 512m {app|app}",),
        ),
        sources=(sources.CLOUD_RUN_CONTRACT, sources.LOGS),
        related=(
            "port-not-bound",
            "memory-limit-killed",
            "slow-boot",
            "image-architecture-mismatch",
        ),
    ),
    Cause(
        code="WH223",
        name="health-check-refused",
        title="The server runs, and answers the host's health check with {status|an error}",
        severity=Severity.ERROR,
        why="The check is a request like others. ALLOWED_HOSTS refuses its Host header with 400 "
        "(Railway's is {railway.health_check_host}, others use the container's address), "
        "SECURE_SSL_REDIRECT sends it elsewhere, or the path is unknown (404).",
        looks_like=(
            "Attempt #1 failed with service unavailable. Continuing to retry for 4m59s",
            "Healthcheck failed!",
            (
                "Invalid HTTP_HOST header: 'healthcheck.railway.app'. You may "
                "need to add 'healthcheck.railway.app' to ALLOWED_HOSTS."
            ),
        ),
        platforms=frozenset(("dokku", "render", "railway", "fly")),
        remedies=(
            edit(
                "Allow the check's host.",
                "{settings|settings.py}",
                'ALLOWED_HOSTS = [..., "{railway.health_check_host}"]',
                on="railway",
            ),
            edit(
                "Give the check a Host that is allowed.",
                "app.json",
                '"httpHeaders": [{"name": "Host", "value": "www.example.com"}]',
                on="dokku",
            ),
            edit(
                "Give the check a Host that is allowed.",
                "fly.toml",
                '[http_service.checks.headers]\nHost = "myapp.fly.dev"',
                on="fly",
            ),
            edit(
                "Leave the health path out of the redirect.",
                "{settings|settings.py}",
                'SECURE_REDIRECT_EXEMPT = [r"^health$"]',
            ),
            edit(
                "Check a path that answers without a database or a login.",
                "render.yaml",
                "healthCheckPath: /health",
                on="render",
            ),
        ),
        check=Check(
            "It answers 200 to a stranger:",
            ("curl -i -H 'Host: healthcheck.railway.app' http://127.0.0.1:8000/health",),
        ),
        sources=(sources.RAILWAY_HEALTH, sources.RENDER_HEALTH, sources.DOKKU_CHECKS),
        related=("allowed-hosts", "ssl-redirect-without-proxy-header", "slow-boot"),
    ),
)
