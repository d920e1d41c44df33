"""Which of the causes of a code it is: who was slow, when, and what the code does there."""

from tests.rehearse.situations import AT, judged, names, platform, served, web
from wherry.findings import Confidence, FileSpan
from wherry.rehearse.events import Event, ProcessExited
from wherry.rehearse.judging.situation import finding

START = platform(0, "Starting process with command `gunicorn site.wsgi`")


def times(count: int, *args: object, **kwargs: object) -> list[Event]:
    events: list[Event] = []
    for index in range(count):
        events += served(20 + index, *args, **kwargs)  # type: ignore[arg-type]
    return events


def test_a_slow_view_alone() -> None:
    events = [START, *times(3, "/predict/", 503, 30.0, "H12"), *times(5, "/", 200, 0.01)]
    found = judged(events)
    assert names(found) == ["request-timeout-h12"]
    assert found[0].confidence is Confidence.MEDIUM
    assert found[0].alternatives
    facts = {fact.what: fact.value for fact in found[0].evidence}
    assert facts["H12 of GET /predict/"] == 3
    assert facts["no byte of the answer after"] == 30.0


def test_the_code_says_what_the_view_does() -> None:
    where = FileSpan("shop/views.py", 12, quote="model = load_model(PATH)")
    loads = finding("model-loaded-per-request", where=[where], values={"model": "model.h5"})
    events = [START, *times(3, "/predict/", 503, 30.0, "H12")]
    found = judged(events, suspects=(loads,))
    assert names(found) == ["model-loaded-per-request"]
    assert found[0].alternatives == ()
    assert where in found[0].where


def test_only_the_first_request_waits_for_the_model() -> None:
    events = [START, *times(1, "/predict/", 503, 30.0, "H12"), *times(9, "/predict/", 200, 0.4)]
    assert names(judged(events)) == ["first-request-loads-model"]


def test_quick_pages_wait_behind_slow_ones() -> None:
    events = [
        START,
        *times(4, "/predict/", 503, 30.0, "H12"),
        *times(4, "/predict/", 200, 4.0),
        *times(3, "/about/", 200, 0.004),
        *times(3, "/about/", 200, 12.0),
    ]
    assert names(judged(events)) == ["requests-queue-behind-prediction"]


def test_gunicorn_says_that_it_killed_the_worker() -> None:
    events = [
        START,
        web(50, "[CRITICAL] WORKER TIMEOUT (pid:12)"),
        web(50, "[ERROR] Worker (pid:12) was sent SIGKILL!"),
        *times(2, "/predict/", 503, 30.0, "H13"),
    ]
    assert names(judged(events)) == ["gunicorn-worker-timeout"]


def test_a_race_is_told_from_a_habit() -> None:
    """A connection that the server closed meanwhile fails now and then, and never always."""
    rarely = [START, *times(60, "/", 200, 0.01), *times(1, "/", 503, 0.002, "H13")]
    assert names(judged(rarely)) == ["keep-alive-shorter-than-router"]
    always = [START, *times(3, "/", 503, 0.002, "H13")]
    assert names(judged(always)) == ["worker-killed-h13"]


def test_an_answer_without_a_traceback() -> None:
    found = judged([START, *times(4, "/predict/", 500, 0.02), *times(4, "/", 200, 0.01)])
    assert names(found) == ["application-error"]
    assert found[0].evidence[0].what == "GET /predict/ answered 500"
    assert "LOGGING" in found[0].settled_by


def test_a_traceback_is_better_than_a_status() -> None:
    events = [
        START,
        web(20, "Internal Server Error: /predict/"),
        web(20, "Traceback (most recent call last):"),
        web(20, '  File "/app/shop/views.py", line 9, in predict'),
        web(20, "    return JsonResponse({'p': p})"),
        web(20, "TypeError: Object of type float32 is not JSON serializable"),
        *times(2, "/predict/", 500, 0.02),
    ]
    assert names(judged(events)) == ["numpy-not-json"]


def test_memory_is_what_killed_the_worker() -> None:
    events = [
        START,
        platform(20, "Process running mem=1025M(200.2%)"),
        platform(20, "Error R15 (Memory quota vastly exceeded)"),
        platform(20, "Process exited with status 137"),
        ProcessExited(AT + 20, "web.1", 137, "R15"),
        *times(1, "/predict/", 503, 2.0, "H13"),
    ]
    assert names(judged(events)) == ["memory-limit-killed"]


def test_good_answers_have_no_finding() -> None:
    events = [START, *times(40, "/", 200, 0.01), *times(3, "/old/", 302), *times(2, "/no/", 404)]
    assert judged(events) == ()


def test_a_visitor_who_leaves_is_no_finding() -> None:
    assert judged([START, *times(1, "/", 499, 0.5, "H27"), *times(20, "/", 200)]) == ()


def test_slow_is_no_fault() -> None:
    assert judged([START, *times(6, "/predict/", 200, 9.0), *times(6, "/", 200, 0.01)]) == ()
