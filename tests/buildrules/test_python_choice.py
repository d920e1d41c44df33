"""Which Python is installed, and what is refused in the buildpack's words."""

import json

import pytest

from tests.buildrules.listings import listing
from wherry.buildrules.managers import MANAGERS
from wherry.buildrules.python_choice import PythonChoice, choose_python
from wherry.buildrules.refusal import Refusal
from wherry.causes import catalogue
from wherry.platforms import hosts

HEROKU = hosts.get("heroku:basic")
FIR = next(target for target in hosts.targets() if "heroku-fir" in target.families)
PIP, PIPENV, UV = (
    next(manager for manager in MANAGERS if manager.name == name)
    for name in ("pip", "pipenv", "uv")
)


@pytest.mark.parametrize(
    ("content", "full"),
    [
        ("3.12\n", "3.12.14"),
        ("3.13.15", "3.13.15"),
        ("# for the model\n\n  3.11  \n", "3.11.16"),
        ("3.14\r\n", "3.14.7"),
    ],
)
def test_python_version_files(content: str, full: str) -> None:
    chosen = choose_python(listing(**{"__python-version": content}), PIP, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert chosen.full == full
    assert chosen.cautions == ()
    assert chosen.line == f"Using Python {content.split()[-1]} specified in .python-version"


def test_runtime_txt_goes_before_and_is_warned_of() -> None:
    both = listing(runtime__txt="python-3.12\n", **{"__python-version": "3.13\n"})
    chosen = choose_python(both, PIP, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert (chosen.version, chosen.origin) == ((3, 12), "runtime.txt")
    assert chosen.cautions[0].lines[0] == "Warning: The runtime.txt file is deprecated."


def test_the_default_is_said() -> None:
    chosen = choose_python(listing("requirements.txt"), PIP, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert chosen.full == "3.14.7"
    assert chosen.line == (
        "No Python version was specified. Using the buildpack default: Python 3.14"
    )
    assert chosen.cautions[0].lines[0] == "Warning: No Python version was specified."


def test_pipfile_lock_tells() -> None:
    lock = {"_meta": {"requires": {"python_version": "3.12", "python_full_version": "3.12.14"}}}
    found = listing("Pipfile", Pipfile__lock=json.dumps(lock))
    chosen = choose_python(found, PIPENV, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert (chosen.asked, chosen.origin) == ("3.12.14", "Pipfile.lock")
    assert isinstance(
        choose_python(listing(Pipfile__lock='{"_meta": {}}'), PIPENV, HEROKU), PythonChoice
    )


@pytest.mark.parametrize(
    ("content", "first_line"),
    [
        (b"python-3.12\n", "Error: Invalid Python version in .python-version."),
        (b'"3.12"\n', "Error: Invalid Python version in .python-version."),
        (b"3.12.*\n", "Error: Invalid Python version in .python-version."),
        (b"3\n", "Error: Invalid Python version in .python-version."),
        (b"03.12\n", "Error: Invalid Python version in .python-version."),
        (b"3.12 # ours\n", "Error: Invalid Python version in .python-version."),
        (b"\xff\xfe3\x00.\x001\x002\x00", "Error: Unable to read .python-version."),
        (b"\xef\xbb\xbf3.12\n", "Error: Unable to read .python-version."),
        (b"\n# 3.12\n", "Error: No Python version found in .python-version."),
        (b"3.12\n3.13\n", "Error: Multiple Python versions found in .python-version."),
    ],
)
def test_malformed_files(content: bytes, first_line: str) -> None:
    refused = choose_python(listing(**{"__python-version": content}), PIP, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == first_line
    assert refused.cause == "python-version-bad-format"


@pytest.mark.parametrize(
    ("content", "first_line", "cause"),
    [
        ("3.9", "The requested Python version has reached end-of-life.", "python-version-eol"),
        ("2.7.18", "The requested Python version has reached end-of-life.", "python-version-eol"),
        ("3.15", "The requested Python version isn't recognised.", "runtime-not-available"),
        ("4.0", "The requested Python version isn't recognised.", "runtime-not-available"),
        ("3.12.99", "The requested Python version isn't available.", "runtime-not-available"),
    ],
)
def test_pythons_that_are_not_there(content: str, first_line: str, cause: str) -> None:
    refused = choose_python(listing(**{"__python-version": content}), PIP, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == f"Error: {first_line}"
    assert refused.cause == cause
    assert refused.values["pin_python"] in ("3.11", "3.12", "3.14")
    assert catalogue.cause(refused.cause)


@pytest.mark.parametrize(
    ("content", "first_line"),
    [
        ("3.10", "Warning: Support for Python 3.10 is deprecated!"),
        ("3.12.1", "Warning: A Python patch update is available!"),
    ],
)
def test_cautions(content: str, first_line: str) -> None:
    chosen = choose_python(listing(**{"__python-version": content}), PIP, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert [caution.lines[0] for caution in chosen.cautions] == [first_line]
    assert catalogue.cause(chosen.cautions[0].cause)


def test_a_patch_that_may_have_appeared_since_is_taken() -> None:
    chosen = choose_python(listing(**{"__python-version": "3.14.9"}), PIP, HEROKU)
    assert isinstance(chosen, PythonChoice)
    assert chosen.full == "3.14.9"


def test_a_misspelled_name_is_refused() -> None:
    refused = choose_python(listing("requirements.txt", ".python_version"), PIP, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == "Error: Your .python-version file is spelled incorrectly."
    assert refused.values == {"file": ".python_version"}
    assert isinstance(
        choose_python(listing("python_version.md", "app.py"), PIP, HEROKU), PythonChoice
    )


def test_uv_wants_a_pin_and_no_runtime_txt() -> None:
    refused = choose_python(listing("uv.lock"), UV, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == "Error: No Python version was specified."
    refused = choose_python(listing("uv.lock", runtime__txt="python-3.13"), UV, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == "Error: The runtime.txt file isn't supported when using uv."


def test_fir_takes_no_runtime_txt() -> None:
    refused = choose_python(listing(runtime__txt="python-3.13"), PIP, FIR)
    assert isinstance(refused, Refusal)
    assert refused.first_line == "Error: The runtime.txt file isn't supported"


@pytest.mark.parametrize(
    ("text", "first_line"),
    [
        ("{", "Error: Can't parse Pipfile.lock."),
        ("[]", "Error: Can't parse Pipfile.lock."),
        ("[" * 100_000, "Error: Can't parse Pipfile.lock."),
        (
            '{"_meta": {"requires": {"python_version": ">=3.9"}}}',
            "Error: Invalid Python version in Pipfile.lock.",
        ),
    ],
)
def test_broken_locks(text: str, first_line: str) -> None:
    refused = choose_python(listing(Pipfile__lock=text), PIPENV, HEROKU)
    assert isinstance(refused, Refusal)
    assert refused.first_line == first_line
