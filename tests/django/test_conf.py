"""The WHERRY setting: what is understood, and each mistake as a sentence."""

import time
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import override_settings

from wherry.django.conf import find_mistakes, read_conf
from wherry.errors import ConfigurationError


def allow(request: HttpRequest) -> bool:
    return request.method == "GET"


def test_path_alone_is_a_model() -> None:
    """The short form: a name and where it is."""
    with override_settings(WHERRY={"MODELS": {"digits": "models/digits"}}):
        options = read_conf().models["digits"]
    assert options.path == Path("models/digits")
    assert options.max_batch_size == 64


def test_every_option_is_read() -> None:
    """The long form: the options' names in capitals."""
    setting = {
        "MODELS": {
            "digits": {
                "PATH": Path("models/digits"),
                "MAX_BATCH_SIZE": 8,
                "MAX_QUEUED_REQUESTS": 0,
                "TIMEOUT_S": 2.5,
                "THREADS": 1,
                "BATCHING": False,
                "PREPROCESS": "shop.images.read",
                "POSTPROCESS": len,
                "VERSION": "2026-11",
                "LABELS": {"stable": "2026-11"},
                "WATCH": True,
            }
        },
        "API_KEYS": ["one", "two"],
        "PERMISSION": f"{__name__}.allow",
        "MAX_BODY_BYTES": 1000,
        "MEMORY_QUOTA_BYTES": 2000,
        "ROUTER_TIMEOUT_S": 60,
        "BODY_TIMEOUT_S": 7.5,
        "ANSWER_TIMEOUT_S": 9,
    }
    with override_settings(WHERRY=setting):
        conf = read_conf()
    options = conf.models["digits"]
    assert (options.max_batch_size, options.max_queued_requests) == (8, 0)
    assert (options.timeout_s, options.threads) == (2.5, 1)
    assert (options.preprocess, options.postprocess) == ("shop.images.read", len)
    assert conf.permission is allow
    assert (options.version, options.labels) == ("2026-11", {"stable": "2026-11"})
    assert options.watch
    assert options.batching is False
    assert (conf.body_timeout_s, conf.answer_timeout_s) == (7.5, 9)
    assert conf.router_clock.left_s(f"{time.time() - 31:.3f}") is not None
    assert (conf.max_body_bytes, conf.memory_quota_bytes) == (1000, 2000)


def test_keys_are_not_shown() -> None:
    """A settings object that lands in a log does not carry the keys there."""
    with override_settings(WHERRY={"API_KEYS": ["very-secret"]}):
        assert "very-secret" not in repr(read_conf())


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ([], "WHERRY must be a dict, not list."),
        ({"MODEL": {}}, "WHERRY has an unknown key 'MODEL'. The keys are: MODELS,"),
        ({"MODELS": ["digits"]}, "WHERRY['MODELS'] must be a dict"),
        ({"MODELS": {"a/b": "x"}}, "a model's name may hold letters, digits"),
        ({"MODELS": {1: "x"}}, "a model's name may hold letters, digits"),
        ({"MODELS": {"d": None}}, "must be a path or a dict of options, not NoneType."),
        ({"MODELS": {"d": {}}}, "WHERRY['MODELS']['d'] needs a 'PATH'"),
        ({"MODELS": {"d": {"PATH": "x", "BATCH": 1}}}, "has an unknown option 'BATCH'."),
        ({"MODELS": {"d": {"PATH": "x", "MAX_BATCH_SIZE": 0}}}, "must be a whole number above 0."),
        ({"MODELS": {"d": {"PATH": "x", "THREADS": True}}}, "must be a whole number above 0."),
        ({"MODELS": {"d": {"PATH": "x", "MAX_QUEUED_REQUESTS": -1}}}, "0 or more."),
        ({"MODELS": {"d": {"PATH": "x", "TIMEOUT_S": "5"}}}, "a number of seconds above 0."),
        ({"MODELS": {"d": {"PATH": "x", "PREPROCESS": 5}}}, "a function or its dotted path."),
        ({"API_KEYS": "secret"}, "WHERRY['API_KEYS'] must be a list of non-empty strings."),
        ({"API_KEYS": [""]}, "WHERRY['API_KEYS'] must be a list of non-empty strings."),
        ({"PERMISSION": "no.such.function"}, "WHERRY['PERMISSION'] cannot be imported"),
        ({"PERMISSION": 5}, "WHERRY['PERMISSION'] must be a function of the request"),
        ({"BODY_TIMEOUT_S": 0}, "WHERRY['BODY_TIMEOUT_S'] must be a number of seconds above 0."),
        ({"ANSWER_TIMEOUT_S": "1"}, "WHERRY['ANSWER_TIMEOUT_S'] must be a number of seconds"),
        ({"MODELS": {"d": {"PATH": "x", "BATCHING": "on"}}}, "must be True, False, or None"),
        ({"MAX_BODY_BYTES": 0}, "WHERRY['MAX_BODY_BYTES'] must be a number of bytes above 0."),
        ({"MEMORY_QUOTA_BYTES": "512MB"}, "WHERRY['MEMORY_QUOTA_BYTES'] must be a number of bytes"),
        ({"MODELS": {"d": {"PATH": "x", "VERSION": 2}}}, "['VERSION'] must be a text of letters"),
        ({"MODELS": {"d": {"PATH": "x", "VERSION": "a/b"}}}, "['VERSION'] must be a text of"),
        ({"MODELS": {"d": {"PATH": "x", "LABELS": ["1"]}}}, "['LABELS'] must be a dict from"),
        ({"MODELS": {"d": {"PATH": "x", "LABELS": {"a": 1}}}}, "['LABELS'] must be a dict from"),
        ({"MODELS": {"d": {"PATH": "x", "WATCH": "yes"}}}, "['WATCH'] must be True or False."),
    ],
)
def test_mistake_is_a_sentence(setting: object, words: str) -> None:
    """Each names the place in the setting and what would be right."""
    mistakes = list(find_mistakes(setting))
    assert len(mistakes) == 1
    assert words in mistakes[0]


def test_all_mistakes_are_said_at_once() -> None:
    """Nobody mends a settings file one push at a time."""
    setting = {"MODELS": {"d": {"TIMEOUT_S": 0, "THREADS": 0}}, "API_KEYS": "k"}
    assert len(list(find_mistakes(setting))) == 4
    with (
        override_settings(WHERRY=setting),
        pytest.raises(ConfigurationError, match=r"PATH.*THREADS.*TIMEOUT_S.*API_KEYS"),
    ):
        read_conf()


def test_wrong_key_is_not_repeated_in_a_sentence() -> None:
    """A mistake in the keys does not print them."""
    assert "very-secret" not in " ".join(find_mistakes({"API_KEYS": "very-secret"}))
