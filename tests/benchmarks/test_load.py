"""What wrk's words mean, and what wrk does when it is there."""

import pytest
from benchmarks.serving.load import summary
from benchmarks.serving.processes import ServerFailed

SAID = (
    "Running 2s test @ http://127.0.0.1:1/predict\n"
    '{"duration_us": 2000000, "requests": 1000, "status_errors": 200, "socket_errors": 3, '
    '"timeouts": 1, "p50_us": 1500, "p99_us": 9000}\n'
)


def test_only_good_answers_are_counted_in_the_rate() -> None:
    """Refusals are quick: counted as answers they would make a server look fast."""
    load = summary(SAID)

    assert load.requests_per_s == 400.0
    assert (load.p50_ms, load.p99_ms) == (1.5, 9.0)
    assert (load.failed, load.socket_errors) == (200, 4)


def test_a_run_without_one_good_answer_is_a_failure() -> None:
    """There is no rate of nothing."""
    with pytest.raises(ServerFailed, match="not one good answer"):
        summary(SAID.replace('"status_errors": 200', '"status_errors": 1000'))


def test_what_wrk_complains_of_is_passed_on() -> None:
    """Without a result line the reason is in its other words."""
    with pytest.raises(ServerFailed, match="unable to connect"):
        summary("unable to connect to 127.0.0.1:1 Connection refused\n")
