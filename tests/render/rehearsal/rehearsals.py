"""Rehearsals as reports are made of them: one where much went wrong, one where nothing did."""

import math

from wherry.causes import catalogue
from wherry.causes.cause import Severity
from wherry.findings import Confidence, Evidence, Finding, How, LogSpan, Skipped
from wherry.platforms import hosts
from wherry.rehearse.events import Remark
from wherry.rehearse.overlay import limits_of
from wherry.rehearse.rehearsal import (
    Boot,
    LoadPoint,
    MemoryCurve,
    MemoryPoint,
    Moment,
    Outcome,
    Rehearsal,
    RequestKind,
    RestartLoss,
    SlugFacts,
    SlugPart,
    Step,
    Traffic,
    Vanished,
    Verdict,
)

SECRET = "hunter2-of-the-database"
MIB = 1024 * 1024
BASIC = hosts.get("heroku:basic")
LOG = (
    "2026-01-01T00:00:00.000000+00:00 heroku[web.1]: Starting process with command `gunicorn`",
    "2026-01-01T00:00:03.100000+00:00 app[web.1]: Booting worker with pid: 12",
    "2026-01-01T00:00:03.200000+00:00 app[web.1]: Booting worker with pid: 13",
    f"2026-01-01T00:00:03.300000+00:00 app[web.1]: DATABASE_URL=postgres://u:{SECRET}@db/x",
    "2026-01-01T00:00:40.000000+00:00 heroku[web.1]: Process running mem=634M(123.8%)",
    "2026-01-01T00:00:40.000100+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)",
    (
        '2026-01-01T00:01:20.000000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" '
        'method=POST path="/predict/" status=503 bytes=0'
    ),
)


def _memory() -> MemoryCurve:
    points = []
    for index in range(240):
        since = 4.0 + index * 0.5
        loaded = 180 if since < 12 else 330 if since < 40 else 634 + 8 * math.sin(since)
        anonymous = int(loaded * MIB)
        points.append(
            MemoryPoint(since, anonymous + 2 * MIB, anonymous, 2 * MIB, 0, 90 * MIB, 4, 31)
        )
    peak = max(point.total_bytes for point in points)
    return MemoryCurve("web.1", tuple(points), peak, idle_bytes=332 * MIB)


def _worker() -> MemoryCurve:
    points = tuple(
        MemoryPoint(4.0 + index, 120 * MIB, 119 * MIB, MIB, 0, 30 * MIB, 1, 8)
        for index in range(120)
    )
    return MemoryCurve("worker.1", points, 120 * MIB, idle_bytes=120 * MIB)


TOO_MANY_WORKERS = Finding(
    cause=catalogue.cause("too-many-workers"),
    where=(LogSpan((5, 6), LOG[4:6], "web.1"),),
    severity=Severity.ERROR,
    evidence=(
        Evidence(
            "memory of web.1, at its most",
            644.0 * MIB,
            How.MEASURED,
            unit="bytes",
            limit=512.0 * MIB,
        ),
        Evidence("its memory before any request", 332.0 * MIB, How.MEASURED, unit="bytes"),
        Evidence("workers", 2, How.READ),
    ),
    values={"workers": "2", "memory": "644 MB"},
)
H12 = Finding(
    cause=catalogue.cause("request-timeout-h12"),
    where=(LogSpan((7,), LOG[6:7], "router"),),
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    alternatives=(catalogue.cause("model-loaded-per-request"),),
    settled_by="the log shows the model being loaded with each request",
    evidence=(Evidence("H12 of POST /predict/", 2, How.MEASURED, unit="times"),),
)
SQLITE = Finding(
    cause=catalogue.cause("sqlite-ephemeral"),
    where=(),
    severity=Severity.WARNING,
    evidence=(
        Evidence("changed in the app's folder", "db.sqlite3 by POST /upload/", How.MEASURED),
    ),
)
FULL = Rehearsal(
    project="skin-lesion",
    target=BASIC,
    limits=limits_of(BASIC, {"request_timeout_s": 5}),
    overlay={"request_timeout_s": 5.0},
    verdict=Verdict(
        Outcome.RUNS_BUT,
        "2 workers each hold the model: 644 MB (WH303 too-many-workers); no answer began within "
        "30 s (WH401 request-timeout-h12); 1 more",
    ),
    begun_at=1767225600.0,
    seconds=148.2,
    revision="main at 4f1c2aa",
    steps=(
        Step("push", 0.0, 0.21, ok=True),
        Step("build", 0.2, 3.4, ok=True, detail="from the cache"),
        Step("release", 3.6, 1.9, ok=True, detail="python manage.py migrate"),
        Step("boot", 5.5, 3.3, ok=True),
        Step("traffic", 9.0, 96.0, ok=False, detail="2 requests failed"),
        Step("restart", 105.0, 15.0, ok=True),
        Step("shutdown", 120.0, 4.0, ok=True),
    ),
    findings=(TOO_MANY_WORKERS, H12, SQLITE),
    skipped=(Skipped("WebSockets", "no address of one was found"),),
    remarks=(
        Remark(0.0, "memory", "Memory is accounted by a control group (version 1)."),
        Remark(0.0, "cpus", "The platform shows 8 CPUs; this machine has 2."),
        Remark(0.0, "services", f"Database: PostgreSQL 15 (postgres://rehearsal:{SECRET}@here/x)."),
    ),
    slug=SlugFacts(
        213_400_000,
        640_000_000,
        (
            SlugPart("package", "tensorflow-cpu", "2.21.0", 131_000_000, 402_000_000),
            SlugPart("interpreter", "python", "3.13.15", 31_000_000, 88_000_000),
            SlugPart("package", "numpy", "2.3.4", 14_200_000, 52_000_000),
            SlugPart("app", "skin-lesion", "", 11_900_000, 14_000_000),
            SlugPart("package", "django", "5.2.8", 8_600_000, 31_000_000),
            SlugPart("package", "h5py", "3.15.1", 5_100_000, 15_000_000),
            SlugPart("static files", "staticfiles", "", 4_000_000, 9_000_000),
            SlugPart("package manager", "pip", "26.2.1", 1_800_000, 9_100_000),
            *(
                SlugPart("package", f"package-{index}", "1.0", 400_000 - index * 9000, 900_000)
                for index in range(14)
            ),
        ),
    ),
    boots=(
        Boot(
            "web.1",
            "gunicorn skin.wsgi",
            (Moment("first output", 0.9), Moment("bound", 3.1), Moment("first answer", 3.3)),
            "up",
            port=20018,
        ),
        Boot("worker.1", "celery -A skin worker", (Moment("first output", 1.4),), "up"),
    ),
    memory=(_memory(), _worker()),
    traffic=Traffic(
        source="found in the project",
        seconds=96.0,
        kinds=(
            RequestKind("GET", "/", 812, {200: 812}, {}, 0.0042, 0.011, 0.034, 0.081),
            RequestKind("GET", "/about/", 806, {200: 806}, {}, 0.0031, 0.008, 0.022, 0.05),
            RequestKind(
                "POST", "/predict/", 214, {200: 212, 503: 2}, {"H12": 2}, 0.31, 1.9, 4.6, 5.0
            ),
            RequestKind("POST", "/upload/", 60, {302: 60}, {}, 0.022, 0.041, 0.08, 0.11),
        ),
        points=(
            LoadPoint(5, 5, 0.12, 0.2, 0.24),
            LoadPoint(10, 10, 0.13, 0.22, 0.27),
            LoadPoint(20, 20, 0.15, 0.3, 0.34),
            LoadPoint(38, 38, 0.19, 0.38, 0.42),
            LoadPoint(45, 41, 0.9, 4.1, 5.0, failed=12, codes={"H12": 12}),
        ),
        limit="This dyno holds 38 predictions a second at p99 420 ms; at 45 the first H12.",
        restart=RestartLoss(14.8, 148, 1, 6),
    ),
    vanished=(
        Vanished("media/mole.jpg", 184_000, "new", "upload", 61.0, "web.1", "POST /upload/"),
        Vanished(
            "db.sqlite3", 131_072, "changed", "SQLite database", 62.0, "web.1", "POST /upload/"
        ),
    ),
    build_log=("-----> Python app detected", "       Done: 213.4M"),
    log=LOG,
    log_dropped=0,
)
HEALTHY = Rehearsal(
    project="plain",
    target=BASIC,
    limits=limits_of(BASIC),
    verdict=Verdict(Outcome.RUNS),
    begun_at=1767225600.0,
    seconds=12.0,
)
