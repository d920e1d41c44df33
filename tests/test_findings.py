"""What a finding says, in JSON, and that no secret gets out with it."""

import json

from wherry.causes.catalogue import cause
from wherry.causes.cause import Severity
from wherry.findings import (
    SCHEMA_VERSION,
    Change,
    Evidence,
    FileSpan,
    Finding,
    Fix,
    How,
    LogSpan,
    Role,
    Skipped,
    document,
)

SECRET = "q" * 3 + "7Zk2LmPw4Rt8Vb3Nc"  # in two parts, so that no scanner takes it for one


def finding() -> Finding:
    return Finding(
        cause=cause("slug-too-large"),
        where=(FileSpan("requirements.txt", 3, 1, quote="tensorflow==2.15.1"),),
        severity=Severity.ERROR,
        evidence=(
            Evidence("compressed slug", 1.12e9, How.ESTIMATED, "bytes", 1e9, 1.07e9, 1.18e9),
        ),
        values={"size": "1.12 GB"},
    )


def test_the_title_is_filled_from_the_finding() -> None:
    assert finding().title == "The compressed slug is too large: 1.12 GB"


def test_the_reason_has_the_platform_s_number() -> None:
    assert "up to 1 GB" in finding().why


def test_json_holds_everything() -> None:
    told = finding().to_dict()
    assert told["code"] == "WH170"
    assert told["name"] == "slug-too-large"
    assert told["role"] == "first"
    assert told["severity"] == "error"
    assert told["confidence"] == "high"
    assert told["where"][0]["line"] == 3
    assert told["evidence"] == [
        {
            "what": "compressed slug",
            "value": 1.12e9,
            "unit": "bytes",
            "limit": 1e9,
            "low": 1.07e9,
            "high": 1.18e9,
            "how": "estimated",
        }
    ]
    assert json.loads(json.dumps(told)) == told


def test_aliases_are_told() -> None:
    found = Finding(
        cause=cause("gunicorn-missing"), where=(FileSpan("Procfile"),), severity=Severity.ERROR
    )
    told = found.to_dict()
    assert (told["name"], told["aliases"]) == ("gunicorn-not-installed", ["gunicorn-missing"])


def test_a_log_finding_quotes_its_lines_and_names_the_alternatives() -> None:
    found = Finding(
        cause=cause("port-not-bound"),
        where=(LogSpan((4, 9), ("Running on http://127.0.0.1:5000", "Error R10"), "web.1"),),
        severity=Severity.ERROR,
        role=Role.CONSEQUENCE,
        alternatives=(cause("slow-boot"),),
        settled_by="the address that the server prints",
    )
    told = found.to_dict()
    assert told["where"] == [
        {
            "kind": "log",
            "lines": [4, 9],
            "quotes": ["Running on http://127.0.0.1:5000", "Error R10"],
            "process": "web.1",
        }
    ]
    assert told["alternatives"] == [{"code": "WH221", "name": "slow-boot"}]


def test_no_secret_gets_out() -> None:
    line = f'SECRET_KEY = "{SECRET}"'
    url = f"postgres://u1:{SECRET}@host/d1"
    found = Finding(
        cause=cause("secret-key-hard-coded"),
        where=(
            FileSpan("settings.py", 3, quote=line),
            LogSpan((1,), (f"DATABASE_URL={url}",)),
        ),
        severity=Severity.WARNING,
        settled_by=line,
        evidence=(Evidence("the line", line, How.READ),),
        fix=Fix(
            f"Replace {line}",
            (Change("settings.py", f"{line}\n", 'SECRET_KEY = os.environ["SECRET_KEY"]\n'),),
            safe=True,
        ),
        values={"settings": f"token={SECRET}"},
    )
    whole = document("doctor", (found,), (Skipped(url, line),))
    assert SECRET not in json.dumps(whole)
    assert json.dumps(whole).count("****") >= 7


def test_a_diff() -> None:
    assert Change("a/b.txt", "one\ntwo\n", "one\n2\n").diff() == (
        "--- a/a/b.txt\n+++ b/a/b.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
    )


def test_a_diff_of_a_new_and_of_a_removed_file() -> None:
    assert Change("x", None, "1\n").diff().startswith("--- /dev/null\n+++ b/x\n")
    assert Change("x", "1\n", None).diff().startswith("--- a/x\n+++ /dev/null\n")


def test_no_change_has_no_diff() -> None:
    assert Change("x", "1\n", "1\n").diff() == ""


def test_the_document_carries_its_version_and_what_was_skipped() -> None:
    told = document("explain", (), (Skipped("uv.lock", "it is not TOML"),))
    assert told["schema_version"] == SCHEMA_VERSION == 1
    assert told["findings"] == []
    assert told["skipped"] == [{"what": "uv.lock", "reason": "it is not TOML"}]
