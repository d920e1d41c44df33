"""Log records as JSON or as ``key=value`` pairs, one line each, for LOGGING's formatters.

LOGGING = {
    "version": 1,
    "formatters": {"lines": {"()": "wherry.django.log_formats.JsonFormatter"}},
    "filters": {"request_id": {"()": "wherry.django.request_id.RequestIdFilter"}},
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler", "formatter": "lines", "filters": ["request_id"]
        }
    },
    "root": {"handlers": ["lines"], "level": "INFO"},
}
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from wherry.masking import mask

# What every record has; the rest came by ``extra``.
_OWN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_PLAIN: Final = (str, int, float, bool, type(None))
# Django's own extras: objects whose text may hold anything that a client sent.
_LEFT_OUT: Final = frozenset(("request", "server_time"))
# Hosts cut lines of about 10 kB in two, and then neither half is JSON.
LONGEST: Final = 8000


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; what has no JSON form is left out."""
        return json.dumps(_fields(record, self), separators=(",", ":"))


class LogfmtFormatter(logging.Formatter):
    """``key=value`` pairs, as Heroku's router writes them; texts with blanks in quotes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; empty values are left out."""
        fields = _fields(record, self)
        return " ".join(f"{key}={_quoted(v)}" for key, v in fields.items() if v is not None)


def _fields(record: logging.LogRecord, formatter: logging.Formatter) -> Mapping[str, Any]:
    fields: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _text(record.getMessage()),
    }
    for key, value in vars(record).items():
        if key not in _OWN and key not in _LEFT_OUT and isinstance(value, _PLAIN):
            fields[key] = _text(value) if isinstance(value, str) else value
    if record.exc_info and record.exc_info[0] is not None:
        fields["exception"] = _text(formatter.formatException(record.exc_info))
    return fields


def _text(text: str) -> str:
    """Mask secrets; of a text that is too long keep the end, where a traceback says what was."""
    shown = mask(text)
    return shown if len(shown) <= LONGEST else f"...{shown[-LONGEST:]}"


def _quoted(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    plain = text and text.isprintable() and not any(sign in text for sign in ' "=\\')
    return text if plain else json.dumps(text)
