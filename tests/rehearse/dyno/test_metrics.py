"""The numbers of log-runtime-metrics."""

from wherry.platforms import hosts
from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.metrics import Metrics
from wherry.rehearse.dyno.voice import Voice
from wherry.rehearse.events import Event, LogLine, MemorySample
from wherry.rehearse.overlay import limits_of

LIMITS = limits_of(hosts.get("heroku:basic"))


def _sample(at: float, anonymous: float, shared: float = 0.0, cache: float = 0.0) -> MemorySample:
    return MemorySample(
        at,
        "web.1",
        anonymous_bytes=round(anonymous * MIB),
        shared_bytes=round(shared * MIB),
        cache_bytes=round(cache * MIB),
    )


def _metrics() -> Metrics:
    return Metrics("web.1", LIMITS, lambda: (156757, 97224))


def test_a_dyno_above_its_quota_has_the_rest_on_swap() -> None:
    assert _metrics().memory(_sample(0.0, 589.81, shared=0.48, cache=300)) == {
        "memory_total": "590.29MB",
        "memory_rss": "511.52MB",
        "memory_cache": "0.48MB",
        "memory_swap": "78.29MB",
        "memory_pgpgin": "156757pages",
        "memory_pgpgout": "97224pages",
        "memory_quota": "512.00MB",
    }


def test_below_it_there_is_no_swap_and_the_cache_fits_into_what_is_left() -> None:
    memory = _metrics().memory(_sample(0.0, 317, cache=400))
    assert memory["memory_swap"] == "0.00MB"
    assert memory["memory_rss"] == "317.00MB"
    assert memory["memory_cache"] == "195.00MB"
    assert memory["memory_total"] == memory["memory_quota"] == "512.00MB"


def test_the_lines_come_as_often_as_the_platforms() -> None:
    events: list[Event] = []
    voice = Voice("web.1", LIMITS, events.append)
    metrics = _metrics()
    for second in range(45):
        metrics.tell(_sample(1000.0 + second, 100), voice)
    lines = [event.message for event in events if isinstance(event, LogLine)]
    assert len(lines) == 6
    assert lines[0].startswith("source=web.1 dyno=heroku.")
    assert " sample#load_avg_1m=" in lines[0]
    assert " sample#memory_total=100.00MB sample#memory_rss=100.00MB " in lines[1]
