"""What Wherry names, so that nothing else is blamed for it, and cannot judge further."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH901",
        name="platform-incident",
        title="The platform itself has a failure",
        severity=Severity.ERROR,
        why="The codes H99 and R99 are the platform's own errors, H83 announces a planned one, and "
        "R17 says that a slug arrived damaged. Nothing in the project can mend it.",
        platforms=frozenset(("heroku", "render", "railway", "fly", "cloud-run")),
        looks_like=(
            'at=error code=H99 desc="Platform error" method=GET path="/" status=503',
            "Error R17 (Checksum error) -> Checksum does match expected value.",
        ),
        remedies=(
            run("Look whether others have it too.", "heroku status", on="heroku"),
            run("Look whether others have it too.", "fly status", on="fly"),
            run(
                "If it is one dyno only, start it on another machine.",
                "heroku ps:restart",
                on="heroku",
            ),
            run(
                "Look whether others have it too.",
                "curl -s https://status.render.com/api/v2/status.json",
                on="render",
            ),
            run(
                "Look whether others have it too.",
                "curl -s https://status.railway.com/",
                on="railway",
            ),
            run(
                "Look whether others have it too.",
                "curl -s https://status.cloud.google.com/incidents.json",
                on="cloud-run",
            ),
        ),
        check=Check("The incident is closed:", ("heroku status",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("package-index-unreachable",),
    ),
    Cause(
        code="WH902",
        name="application-error",
        title="The project's own code raised {error|an exception}",
        severity=Severity.ERROR,
        why="The traceback ends in {where|the project}, with an error that says nothing of the "
        "host, the dependencies or the model. It would fail anywhere with this input.",
        looks_like=("Internal Server Error: /predict/", "Traceback (most recent call last):"),
        remedies=(
            run(
                "Reproduce it where you can look.",
                "python manage.py runserver",
                needs="the same input and the same settings",
            ),
            edit(
                "Have errors reported with their variables.",
                "{settings|settings.py}",
                'ADMINS = [("Me", "me@example.com")]',
            ),
        ),
        check=Check("A test with that input passes:", ("python manage.py test",)),
        sources=(
            sources.page(
                "Django: error reporting", "docs.djangoproject.com/en/5.2/howto/error-reporting/"
            ),
        ),
        related=("bare-except", "numpy-not-json"),
    ),
    Cause(
        code="WH903",
        name="account-or-billing",
        title="The account may not do this: {reason|payment, verification or a limit}",
        severity=Severity.ERROR,
        why="The platform refuses for reasons of the account: no payment method, "
        "no payment history for large dynos, a suspended app, too many of one "
        "kind.",
        platforms=frozenset(("heroku", "render", "railway", "fly", "cloud-run")),
        looks_like=(
            (
                " \u203a   Error: To create an app, verify your account by adding "
                "payment information."
            ),
            (
                "Access to performance-m and performance-l dynos is limited to "
                "customers with an established payment history"
            ),
            (" \u203a   Error: Cannot update to more than 1 Eco dynos per process type."),
        ),
        remedies=(
            run(
                "Add what is asked for in the account's settings.",
                "heroku auth:whoami",
                on="heroku",
            ),
            run("Add what is asked for in the account's settings.", "fly auth whoami", on="fly"),
            run("Add what is asked for in the account's settings.", "railway whoami", on="railway"),
            run("Add what is asked for in the account's settings.", "render whoami", on="render"),
            run(
                "See whether billing is on.",
                "gcloud billing projects describe {project_id|PROJECT}",
                on="cloud-run",
            ),
        ),
        check=Check("The command is accepted:", ("heroku ps",)),
        sources=(sources.HEROKU_DYNOS, sources.HEROKU_PROCESSES),
        related=("dyno-hours-exhausted", "web-scaled-to-zero"),
    ),
    Cause(
        code="WH904",
        name="another-language",
        title="The failing part is not Python: {language|another language's build}",
        severity=Severity.ERROR,
        why="npm, yarn, bundler or another tool stopped the build or the start. If the project has "
        "a front end, its own messages tell; if it has none, another language's buildpack should "
        "not be there.",
        looks_like=(
            "npm ERR! code ERESOLVE",
            "-----> Build failed",
            'error Command "build" not found.',
        ),
        remedies=(
            run("Build that part by itself.", "npm ci", "npm run build"),
            run(
                "Or remove its buildpack.",
                "heroku buildpacks:remove heroku/nodejs",
                on="heroku-cedar",
            ),
        ),
        check=Check("It builds by itself:", ("npm run build",)),
        sources=(sources.HEROKU_BUILDPACKS,),
        related=("wrong-buildpack", "no-package-manager-file"),
    ),
    Cause(
        code="WH905",
        name="third-party-service",
        title="{service|A service of somebody else's} refused or failed",
        severity=Severity.ERROR,
        why="The app asked another server and got an error: a key that is wrong or used up (401, "
        "403, 429), or a failure over there (5xx).",
        looks_like=(
            (
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized "
                "for url: https://api.example.com/v1"
            ),
            "openai.RateLimitError: Error code: 429",
            "botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId)",
        ),
        remedies=(
            run("Set a key that works.", "heroku config:set {variable|API_KEY}=...", on="heroku"),
            edit(
                "And answer without it, where that makes sense.",
                "{code_file|views.py}",
                'return JsonResponse({"error": "The other service does not answer."}, status=503)',
            ),
        ),
        check=Check("It answers to the same key:", ("curl -i {url|https://api.example.com/v1}",)),
        sources=(sources.TWELVE_FACTOR,),
        related=("outbound-call-without-timeout", "env-var-missing"),
    ),
    Cause(
        code="WH906",
        name="windows-dll-load-failed",
        title="TensorFlow does not load on this Windows machine",
        severity=Severity.ERROR,
        why="The message is from Windows: a missing Visual C++ runtime, or a "
        "processor without AVX. It has nothing to do with the host, which runs "
        "Linux.",
        looks_like=(
            (
                "ImportError: DLL load failed while importing "
                "_pywrap_tensorflow_internal: The specified module could not "
                "be found."
            ),
        ),
        remedies=(
            run("Install the Visual C++ runtime.", "winget install Microsoft.VCRedist.2015+.x64"),
            run("Or work where the host works, in Linux.", "wsl --install"),
        ),
        check=Check("It is imported:", ("python -c 'import tensorflow'",)),
        sources=(sources.TF_INSTALL,),
        related=("cpu-illegal-instruction", "windows-only-pin"),
    ),
)
