"""Who said a line, and what is left when the platform's words are gone."""

import pytest

from wherry.explain.prefixes import split_prefix


@pytest.mark.parametrize(
    ("line", "process", "source", "text"),
    [
        ("2024-01-01T00:00:00.000000+00:00 app[web.1]: hi there", "web.1", "app", "hi there"),
        ("2024-01-01T00:00:00.000000+00:00 heroku[router]: at=info", "router", "heroku", "at=info"),
        ("2024-01-01T00:00:00+00:00 app[api]: Release v2", "api", "app", "Release v2"),
        ("2024-01-01T00:00:00.000000+00:00 app[web.1]:   File", "web.1", "app", "  File"),
        (
            "2024-01-01T00:00:00+00:00 app[web-12a34b56d-e78f9]: x",
            "web-12a34b56d-e78f9",
            "app",
            "x",
        ),
        ("remote: -----> Python app detected", "build", "build", "-----> Python app detected"),
        ("remote:        Collecting x", "build", "build", "       Collecting x"),
        ("2024-01-01T00:00:00Z app[148ed1] cdg [info]hello", "app.148ed1", "fly", "hello"),
        (
            "2024-01-01T00:00:00Z proxy[148ed1] cdg [error] [PC01] x",
            "proxy.148ed1",
            "fly",
            "[PC01] x",
        ),
        ("web-1  | hello", "web-1", "compose", "hello"),
        ("web_1  | hello", "web_1", "compose", "hello"),
        ("Jan 01 00:00:00 host gunicorn[12]: hello", "gunicorn.12", "journal", "hello"),
        ("2024-01-01 00:00:00 hello", "", "", "hello"),
        ("2024-01-01T00:00:00.123456789Z   indented", "", "", "  indented"),
        ("#12 34.56 ERROR: x", "build", "build", "ERROR: x"),
        ("[err]  hello", "", "", "hello"),
        ("2024-01-01T00:00:00.123456789Z stderr F   hello", "", "", "  hello"),
        ("2024-01-01T00:00:00.123456789Z stderr is full", "", "", "stderr is full"),
        ("test\tRun pytest\t2024-01-01T00:00:00.1234567Z   hello", "", "", "  hello"),
    ],
)
def test_a_prefix_is_taken_off(line: str, process: str, source: str, text: str) -> None:
    said = split_prefix(line)
    assert (said.process, said.source, said.text) == (process, source, text)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "  indented",
        "[2024-01-01 00:00:00 +0000] [9] [ERROR] Exception in worker process",
        "12 files were collected",
        "name\tsize\tlater than 2024-01-01T00:00:00Z",
        "name | type | null",
        "remotely: no",
        "MayBe: 3 things",
        "#hashtag",
        "{not json",
        "10.1.2.3 - - [01/Jan/2024] x",
    ],
)
def test_what_is_no_prefix_stays(line: str) -> None:
    assert split_prefix(line).text == line
