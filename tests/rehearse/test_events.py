"""Events as the platform writes them."""

from wherry.rehearse.events import LogLine, MemorySample, stamp


def test_a_line_looks_like_the_platform_s() -> None:
    line = LogLine(1767225600.0, "heroku", "web.1", "State changed from starting to up")
    assert line.text == (
        "2026-01-01T00:00:00.000000+00:00 heroku[web.1]: State changed from starting to up"
    )
    assert stamp(1767225600.123456).endswith("00.123456+00:00")


def test_the_file_cache_is_no_need() -> None:
    sample = MemorySample(0.0, "web.1", 100, shared_bytes=20, swap_bytes=3, cache_bytes=4000)
    assert sample.total_bytes == 123
