"""What the command line and the environment come to, and how it travels between processes."""

import pytest

from wherry.django.server.handover import Decision
from wherry.django.server.options import ServeOptions, complete
from wherry.errors import ConfigurationError
from wherry.platforms.heroku import SHUTDOWN_GRACE_S


def test_defaults() -> None:
    """Nothing given, nothing set: port 8000 on every address, the rest is chosen."""
    options = complete("mysite.wsgi", {})
    assert options.app == "mysite.wsgi:application"
    assert (options.host, options.port) == ("", 8000)
    assert options.processes is None
    assert options.threads is None
    assert options.graceful_timeout_s < SHUTDOWN_GRACE_S


def test_environment_is_read() -> None:
    """As platforms set it."""
    options = complete("mysite.wsgi:site.app", {"PORT": "49245", "WEB_CONCURRENCY": "3"})
    assert options.app == "mysite.wsgi:site.app"
    assert options.port == 49245
    assert (options.processes, options.processes_from) == (3, "WEB_CONCURRENCY")


def test_command_line_counts_more_than_the_environment() -> None:
    """What was typed is meant."""
    environ = {"PORT": "1", "WEB_CONCURRENCY": "3"}
    options = complete("mysite.wsgi", environ, port=0, processes=1, graceful_timeout_s=3)
    assert (options.port, options.processes, options.processes_from) == (0, 1, "--processes")
    assert options.graceful_timeout_s == 3


@pytest.mark.parametrize("environ", [{"PORT": ""}, {"WEB_CONCURRENCY": ""}])
def test_empty_variable_is_none(environ: dict[str, str]) -> None:
    """Unset by setting it to nothing."""
    assert complete("mysite.wsgi", environ) == complete("mysite.wsgi", {})


def test_buildpacks_variable_is_left_aside() -> None:
    """Even where it is no number."""
    environ = {"WEB_CONCURRENCY": "2", "WEB_CONCURRENCY_SET_BY": "heroku/python"}
    assert complete("mysite.wsgi", environ).processes is None


def test_number_that_is_none_is_refused() -> None:
    """With the variable's name and its value."""
    with pytest.raises(ConfigurationError, match="PORT is set to '80a'"):
        complete("mysite.wsgi", {"PORT": "80a"})


@pytest.mark.parametrize(
    "options",
    [
        ServeOptions("mysite.wsgi:application"),
        ServeOptions("a.b:c", "::1", 0, 4, 2, 0.5, "WEB_CONCURRENCY"),
    ],
)
def test_options_survive_the_way_to_the_supervisor(options: ServeOptions) -> None:
    """As words of a command line."""
    assert ServeOptions.from_words(options.words()) == options


def test_decision_survives_the_way_to_the_supervisor() -> None:
    """As one line, whatever the sentence holds."""
    decision = Decision(2, 4, True, "two = four: 'a, b'\t(45 MiB).")
    line = decision.line()
    assert line.count(b"\n") == 1
    assert Decision.from_line(line) == decision
