"""One diagnosis with something of everything, for every output to show."""

from pathlib import Path

from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.ignores import Ignore
from wherry.doctor.merging import merge
from wherry.doctor.rule import found
from wherry.findings import Change, Confidence, Evidence, FileSpan, Finding, Fix, How, Skipped
from wherry.platforms import hosts

SECRET = "hunter2hunter2"
PIN = Fix("Pin Python 3.12.", (Change(".python-version", None, "3.12\n"),), safe=True)
FROM_ENVIRONMENT = Fix(
    "Read the key from the environment.",
    (
        Change(
            "shop/settings.py",
            f'import os\nSECRET_KEY = "{SECRET}"\n',
            'import os\nSECRET_KEY = os.environ["SECRET_KEY"]\n',
        ),
    ),
    safe=False,
)


def pin(line: int, text: str) -> Finding:
    return found(
        "pins-not-installable",
        FileSpan("requirements.txt", line, quote=text),
        values={"pin": text, "python": "3.14"},
        evidence=(Evidence(f"{text} has wheels for", "Python 3.6 to 3.9", How.READ),),
    )


FINDINGS = merge(
    [
        found("python-unpinned", FileSpan("requirements.txt"), fix=PIN),
        pin(2, "tensorflow==2.4.1"),
        pin(3, "numpy==1.16.0"),
        found(
            "slug-too-large",
            FileSpan("requirements.txt"),
            confidence=Confidence.MEDIUM,
            values={"size": "1.2 GB"},
            evidence=(
                Evidence("compressed slug", 1.2e9, How.ESTIMATED, "bytes", 1e9, 1.1e9, 1.3e9),
            ),
        ),
        found(
            "secret-key-hard-coded",
            FileSpan("shop/settings.py", 2, 1, 2, f'SECRET_KEY = "{SECRET}"'),
            FileSpan("shop/old settings.py", 7, quote=f"SECRET_KEY = '{SECRET}'"),
            values={"settings": "shop/settings.py"},
            fix=FROM_ENVIRONMENT,
        ),
        found("static-root-unset", FileSpan("shop/settings.py")),
        found("collectstatic-fails", FileSpan("shop/settings.py")),
        found(
            "allowed-hosts",
            alternatives=("csrf-trusted-origins",),
            settled_by="the line that the log has then",
        ),
    ]
)
UNUSED = Ignore("shop/urls.py", 4, "# wherry: ignore[WH604]", frozenset(("WH604",)), 4)
FULL = Diagnosis(
    root=Path("/somewhere/shop"),
    target=hosts.get("heroku:eco"),
    python=(3, 14),
    framework="django",
    files=12,
    findings=FINDINGS,
    skipped=(Skipped("the package index", "--offline was given"),),
    unused_ignores=(UNUSED,),
    silenced=2,
    known=1,
    gone=1,
    offline=True,
)
CLEAN = Diagnosis(
    root=Path("/somewhere/shop"),
    target=hosts.get("render"),
    python=(3, 13),
    python_asked=True,
    framework="django",
    files=12,
)
