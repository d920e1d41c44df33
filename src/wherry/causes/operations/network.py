"""Names, downloads and logs around the app."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HEROKU: Final = frozenset(("heroku",))

CAUSES: Final = (
    Cause(
        code="WH707",
        name="package-index-unreachable",
        title="The package index, or another download, could not be reached",
        severity=Severity.ERROR,
        why="The connection failed, timed out or was answered with an error of the server's. "
        "Nothing in the project changed; it usually passes.",
        looks_like=(
            (
                "WARNING: Retrying (Retry(total=4, connect=None, read=None, "
                "redirect=None, status=None)) after connection broken by "
                "'ReadTimeoutError(\"HTTPSConnectionPool(host='pypi.org', "
                "port=443): Read timed out.\")'"
            ),
            "ERROR: HTTP error 503 while getting https://files.pythonhosted.org/packages/x.whl",
            " !     Error: Unable to download/install Python.",
        ),
        remedies=(
            run(
                "Try again.",
                "git commit --allow-empty -m 'Build again'",
                "git push heroku main",
                on="heroku",
            ),
            run("Try again.", "dokku ps:rebuild {app|APP}", on="dokku"),
            run("Try again.", "railway redeploy", on="railway"),
            run("Try again.", "fly deploy", on="fly"),
            run("Try again.", "gcloud run deploy {app|SERVICE} --source .", on="cloud-run"),
            run(
                "Try again, with a push that changes nothing.",
                "git commit --allow-empty -m 'Build again'",
                "git push",
                on="render",
            ),
        ),
        check=Check("It answers:", ("curl -I https://status.python.org/",)),
        sources=(
            sources.page("Status of Python's services", "status.python.org"),
            sources.BUILDPACK,
        ),
        related=("private-dependency-unreachable", "platform-incident"),
    ),
    Cause(
        code="WH709",
        name="custom-domain-misdirected",
        title="A request reached the platform for a domain that it does not connect with this app",
        severity=Severity.WARNING,
        why="The domain's DNS record still points to where the app was once, or the certificate is "
        "of another name.",
        looks_like=(
            (
                'at=error code=H31 desc="Misdirected Request" method=GET '
                'path="/" status=421 protocol=http'
            ),
        ),
        platforms=_HEROKU,
        remedies=(
            run(
                "Point the domain to the target that is listed.",
                "heroku domains",
                "heroku domains:add {host|www.example.com}",
                on="heroku",
            ),
        ),
        check=Check("It resolves to that target:", ("dig +short {host|www.example.com}",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("allowed-hosts",),
    ),
    Cause(
        code="WH710",
        name="logs-dropped",
        title="The log has gaps: lines were dropped",
        severity=Severity.NOTE,
        why="The app writes faster than its lines can be carried away (a level of "
        "DEBUG, a progress bar, one line for each sample). What decides may be "
        "among the missing.",
        looks_like=(
            (
                "Error L10 (output buffer overflow): 500 messages dropped "
                "since 2026-04-17T19:04:46+00:00."
            ),
            (
                "L11 (Tail buffer overflow) -> This tail session dropped 1101 "
                "messages since 2026-04-17T19:04:46+00:00"
            ),
        ),
        platforms=_HEROKU,
        remedies=(
            edit("Write less.", "{code_file|views.py}", "model.predict(array, verbose=0)"),
            run(
                "Make TensorFlow write less.",
                "heroku config:set TF_CPP_MIN_LOG_LEVEL=2",
                on="heroku",
            ),
        ),
        check=Check("No L10 is left:", ("heroku logs -n 1500 | grep -c 'Error L1'",)),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_LIMITS),
        related=("tensorflow-startup-messages",),
    ),
)
