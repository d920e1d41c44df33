"""What config vars hold is in no event, however an app prints it."""

import pytest

from wherry.rehearse.events import BuildLine, Event, LogLine, Remark, RequestServed, StepEnded
from wherry.rehearse.secrets import Secrets

VARIABLES = {
    "SECRET_KEY": "plain-value-of-the-key",
    "DATABASE_URL": "postgres://u:p%40ssw0rd@localhost/d",
    "DEBUG": "false",
    "SITE_NAME": "Flower shop",
    "PIN_TOKEN": "1234",
}


def told(*events: Event) -> list[Event]:
    kept: list[Event] = []
    sink = Secrets(VARIABLES).hiding(kept.append)
    for event in events:
        sink(event)
    return kept


@pytest.mark.parametrize("secret", ["plain-value-of-the-key", "p%40ssw0rd", "p@ssw0rd"])
def test_a_value_is_hidden_wherever_it_stands(secret: str) -> None:
    events = told(
        LogLine(1.0, "app", "web.1", f"connecting with {secret}!"),
        BuildLine(1.0, secret),
        Remark(1.0, "services", secret),
        StepEnded(1.0, "release", ok=False, detail=secret),
    )
    assert len(events) == 4
    assert secret not in repr(events)
    assert events[0] == LogLine(1.0, "app", "web.1", "connecting with ****!")


def test_what_is_no_secret_stays() -> None:
    line = LogLine(1.0, "app", "web.1", "Flower shop: false, 1234 flowers at postgres://localhost")
    request = RequestServed(1.0, "GET", "/", 200, 0.1)
    assert told(line, request) == [line, request]


def test_without_config_vars_everything_stays() -> None:
    assert Secrets({}).hide("plain-value-of-the-key") == "plain-value-of-the-key"


def test_what_is_lent_later_is_hidden_too() -> None:
    secrets = Secrets({})
    secrets.add({"DATABASE_URL": "postgres://u:lent-password@127.0.0.1/d"})
    assert secrets.hide("lent-password") == "****"
