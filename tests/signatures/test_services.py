"""Databases, brokers, storage, mail and servers: how they fail, and what they say in health."""

import tomllib
from pathlib import Path

import pytest

from tests.signatures.reading import first_causes, noise, read, trace

HERE = Path(__file__).parent
LINES = tomllib.loads((HERE / "services.toml").read_text(encoding="utf-8"))["lines"]
QUIET = tomllib.loads((HERE / "quiet_services.toml").read_text(encoding="utf-8"))["lines"]
PACKAGES = "/app/.venv/lib/python3.12/site-packages"
HEALTHY = '10.0.0.1 - - [14/Oct/2025:10:05:42 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla"\n'
REFUSED = (
    "psycopg.pool error connecting in 'pool-1': connection failed: connection to server at "
    '"10.0.0.9", port 5432 failed: FATAL:  password authentication failed for user "shop"\n'
)
NO_CONNECTION = trace(
    f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = callback(request)",
    "/app/trips/views.py:trips:return list(Trip.objects.all())",
    f"{PACKAGES}/psycopg_pool/pool.py:getconn:raise PoolTimeout(",
    error="psycopg_pool.PoolTimeout: couldn't get a connection after 30.00 sec",
)
UNMADE = (
    "  Your models in app(s): 'shop' have changes that are not yet reflected in a migration, and "
    "so won't be applied.\n"
)
NO_COLUMN = trace(
    f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = callback(request)",
    "/app/shop/views.py:items:return list(Item.objects.all())",
    error="django.db.utils.ProgrammingError: column shop_item.price does not exist",
)
LOOKUP = trace(
    "/app/shop/geo.py:look:requests.get(URL, timeout=2)",
    f"{PACKAGES}/requests/adapters.py:send:raise ConnectionError(e, request=request)",
    error="requests.exceptions.ConnectionError: Failed to establish a new connection: refused",
)


@pytest.mark.parametrize("line", LINES, ids=[line["text"].strip()[:60] for line in LINES])
def test_a_service_says_why_it_failed(line: dict[str, str]) -> None:
    explanation = read(line["text"] + "\n")
    first = [finding.cause.name for finding in explanation.first]
    assert len(first) <= 1
    quiet = "outside" if explanation.outside else "nothing"
    assert (first or [quiet])[0] in line["causes"]


@pytest.mark.parametrize("line", LINES, ids=[line["text"].strip()[:60] for line in LINES])
def test_the_same_words_from_a_visitor_are_silent(line: dict[str, str]) -> None:
    asked = max(line["text"].splitlines(), key=len).strip()
    explanation = read(
        "2025-04-09T11:05:25.700031+00:00 app[web.1]: "
        f'INFO shop.views search q="{asked}" results=0\n'
    )
    assert not explanation.first
    assert not explanation.outside


@pytest.mark.parametrize("line", QUIET, ids=[line["text"].strip()[:60] for line in QUIET])
def test_a_log_without_a_failure_is_silent(line: dict[str, str]) -> None:
    explanation = read(line["text"] + "\n")
    assert not explanation.first
    assert not explanation.outside


def test_a_pool_that_could_open_no_connection_is_not_full() -> None:
    assert first_causes(REFUSED + NO_CONNECTION) == ["database-credentials-stale"]


def test_a_pool_that_says_no_more_may_be_full() -> None:
    finding = read(NO_CONNECTION).first[0]
    assert finding.cause.name == "too-many-database-connections"
    assert "database-credentials-stale" in {cause.name for cause in finding.alternatives}


def test_a_warning_alone_is_no_failure() -> None:
    assert first_causes("WARNING " + REFUSED + HEALTHY) == []
    assert noise("WARNING " + REFUSED + HEALTHY) == ["database-credentials-stale"]


def test_a_column_that_no_migration_makes() -> None:
    assert first_causes(UNMADE + NO_COLUMN) == ["migrations-not-committed"]
    assert first_causes(UNMADE.replace("'shop'", "'blog'") + NO_COLUMN) == ["migrations-not-run"]


@pytest.mark.parametrize(
    ("introduction", "after", "expected"),
    [
        ("WARNING shop.geo lookup failed, using default\n", HEALTHY, []),
        ("[2025-10-14 10:00:00 +0000] [9] [WARNING] lookup failed\n", HEALTHY, []),
        ("Exception ignored in: <function look at 0x7f>\n", HEALTHY, []),
        ("ERROR shop.geo lookup failed\n", HEALTHY, ["third-party-service"]),
        # What ends the log ended the program, whatever stands above it.
        ("WARNING shop.geo lookup failed\n", "", ["third-party-service"]),
        (
            "WARNING shop.geo lookup failed\n",
            HEALTHY.replace(" 200 ", " 500 "),
            ["third-party-service"],
        ),
    ],
)
def test_an_exception_that_was_caught(introduction: str, after: str, expected: list[str]) -> None:
    assert first_causes(introduction + LOOKUP + after) == expected


def test_a_caught_exception_of_a_model_is_told_all_the_same() -> None:
    log = "WARNING could not load the model\n" + trace(
        "/app/shop/model.py:load:model = load_model('m.h5')",
        error="OSError: Unable to open file (file signature not found)",
    )
    assert first_causes(log + HEALTHY) != []


def test_celerys_own_limit_is_no_lack_of_memory() -> None:
    killed = "[x: ERROR/MainProcess] Process 'W-2' pid:18 exited with 'signal 9 (SIGKILL)'\n"
    limit = "[x: ERROR/MainProcess] Hard time limit (300s) exceeded for shop.tasks.pdf[c9]\n"
    assert first_causes(killed) == ["memory-limit-killed"]
    explanation = read(limit + killed)
    assert explanation.first == ()
    assert "Hard time limit (300s)" in explanation.outside[0].quotes[0]


def test_the_visitors_address_is_not_the_databases() -> None:
    told = (
        'client 127.0.0.1: connection to server at "10.0.0.9", port 5432 failed: '
        "Connection refused\n"
    )
    assert first_causes(told) == ["database-credentials-stale"]


def test_a_traceback_in_apaches_error_log() -> None:
    begin = "[Tue Oct 14 10:00:00.000000 2025] [wsgi:error] [pid 9:tid 1] [remote 1.1.1.1:5] "
    error = trace("/srv/quiz/quiz/wsgi.py:<module>:import quizlib", error="x.errors.QuizBroken: no")
    explanation = read("".join(f"{begin}{line}\n" for line in error.splitlines()))
    assert [finding.cause.name for finding in explanation.first] == ["application-error"]
    assert explanation.first[0].values["error"] == "QuizBroken"


def test_the_check_that_failed_is_quoted() -> None:
    told = (
        "SystemCheckError: System check identified some issues:\n\nERRORS:\n"
        "?: (caches.E001) You must define a 'default' cache in your CACHES setting.\n"
    )
    quotes = " ".join(quote for span in read(told).outside for quote in span.quotes)
    assert "caches.E001" in quotes


def test_a_group_of_exceptions_is_told_by_the_one_inside() -> None:
    inside = trace("/app/main.py:predict:row = table[key]", error="KeyError: 'age'")
    log = (
        "ERROR:    Exception in ASGI application\n"
        "  + Exception Group Traceback (most recent call last):\n"
        f'  |   File "{PACKAGES}/starlette/_utils.py", line 79, in collapse_excgroups\n'
        "  |     yield\n"
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
        "  +-+---------------- 1 ----------------\n"
        + "".join(f"    | {line}\n" for line in inside.splitlines())
        + "    +------------------------------------\n"
    )
    explanation = read(log)
    assert [finding.values["error"] for finding in explanation.first] == ["KeyError"]
