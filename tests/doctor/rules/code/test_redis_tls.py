"""Heroku's Redis, whose certificate nobody signed."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import ask, names, settings

REDIS = "redis-self-signed-certificate"
CACHE = (
    "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache',"
    " 'LOCATION': os.environ['REDIS_URL']}}"
)
ADDON = {"app.json": '{"addons": ["heroku-postgresql:essential-0", "heroku-redis:mini"]}'}


@pytest.mark.parametrize(
    "line",
    [
        CACHE,
        "CELERY_BROKER_URL = os.environ.get('REDIS_URL', 'redis://localhost:6379/0')",
        "CELERY_RESULT_BACKEND = os.environ['HEROKU_REDIS_ONYX_URL']",
        "CHANNEL_LAYERS = {'default': {'CONFIG': {'hosts': [os.getenv('REDIS_URL')]}}}",
        "RQ_QUEUES = {'default': {'URL': os.environ['REDIS_TLS_URL']}}",
    ],
)
def test_what_connects_to_it(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, settings(line)) == {REDIS}


def test_it_is_an_error_where_the_add_on_is_asked_for(tmp_path: Path) -> None:
    found = ask(tmp_path, {**settings(CACHE), **ADDON})
    assert [(item.cause.name, item.severity.value) for item in found] == [(REDIS, "error")]


@pytest.mark.parametrize(
    ("lines", "platform"),
    [
        ((CACHE, "CELERY_BROKER_USE_SSL = {'ssl_cert_reqs': 'none'}"), "heroku:eco"),
        ((CACHE.replace("REDIS_URL", "REDISCLOUD_URL"),), "heroku:eco"),
        (("CELERY_BROKER_URL = os.environ['CLOUDAMQP_URL']",), "heroku:eco"),
        (("CELERY_BROKER_URL = 'redis://localhost:6379/0'",), "heroku:eco"),
        (("CELERY_BROKER_URL = os.environ['REDIS_URL'] + '?ssl_cert_reqs=none'",), "heroku:eco"),
        ((CACHE,), "render:free"),
        ((CACHE,), "dokku"),
    ],
)
def test_silent(tmp_path: Path, lines: tuple[str, ...], platform: str) -> None:
    assert REDIS not in names(tmp_path, settings(*lines), platform)
