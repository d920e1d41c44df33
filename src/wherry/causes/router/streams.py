"""What the router thinks of an answer, and the visitor of waiting."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

_ONCE: Final = (
    "from functools import cache\n\n\n@cache\ndef model():\n"
    '    return load_model(BASE_DIR / "{model|model.keras}")'
)

CAUSES: Final = (
    Cause(
        code="WH422",
        name="stream-goes-silent",
        title="An answer began, and then nothing came for {heroku.idle_timeout_s}",
        severity=Severity.WARNING,
        why="After the first byte, each side must send something within {heroku.idle_timeout_s}. A "
        "stream that computes between two parts, or a long poll, is cut off.",
        looks_like=(
            (
                'at=error code=H15 desc="Idle connection" dyno=web.1 '
                "connect=1ms service=55449ms status=503 bytes=18"
            ),
            'at=warning code=H28 desc="Client Connection Idle" service=55449ms status=499',
        ),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Send a sign of life in between.",
                "{code_file|views.py}",
                'yield ": still working\\n\\n"',
            ),
        ),
        check=Check(
            "The stream goes on for two minutes:", ("curl -N {url|http://127.0.0.1:8000/events}",)
        ),
        sources=(sources.HEROKU_ROUTING, sources.HEROKU_ERRORS),
        related=("request-timeout-h12",),
    ),
    Cause(
        code="WH423",
        name="client-left",
        title="The visitor left before the answer was there",
        severity=Severity.NOTE,
        why="`sock=client`: the browser closed the connection, because somebody clicked on or a "
        "client's own time-out ended. Now and then that is normal; often, and always after the "
        "same time, it means that answers are too slow.",
        looks_like=(
            (
                'sock=client at=warning code=H27 desc="Client Request '
                'Interrupted" method=POST path="/predict" dyno=web.1 '
                "connect=1ms service=12034ms status=499 bytes=0"
            ),
        ),
        platforms=frozenset(("heroku",)),
        noise=True,
        remedies=(
            edit(
                "If it is frequent, make answers quicker: load the model once.",
                "{code_file|views.py}",
                _ONCE,
            ),
        ),
        check=Check("How often, and after how long:", ("heroku logs -n 1500 | grep -c code=H27",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("request-timeout-h12",),
    ),
    Cause(
        code="WH427",
        name="response-header-too-large",
        title="A response's cookie or header is larger than the router lets through",
        severity=Severity.WARNING,
        why="Heroku refuses cookies above {heroku.cookie_bytes} and header lines above "
        "{heroku.response_header_bytes} with 502. Usually data is kept in the session's cookie: "
        "a prediction, an image, a long message.",
        looks_like=('at=error code=H25 desc="HTTP restriction: oversized cookie" status=502',),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Keep sessions on the server.",
                "{settings|settings.py}",
                'SESSION_ENGINE = "django.contrib.sessions.backends.db"',
                "python manage.py migrate sessions",
            ),
        ),
        check=Check("The headers are short:", ("curl -sI {url|http://127.0.0.1:8000/} | wc -c",)),
        sources=(sources.HEROKU_ROUTING, sources.HEROKU_ERRORS),
        related=("request-timeout-h12",),
    ),
)
