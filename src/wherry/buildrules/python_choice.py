"""Which Python the buildpack installs, or why it refuses to.

Source: lib/python_version.sh and bin/compile of heroku/heroku-buildpack-python v351;
src/python_version.rs of heroku/buildpacks-python v6.5.6 for Fir.
"""

import json
from dataclasses import dataclass
from typing import Final

from wherry.buildrules import python_files, pythons
from wherry.buildrules.listing import Listing
from wherry.buildrules.managers import Manager
from wherry.buildrules.python_files import PIPFILE_LOCK, PYTHON_VERSION, RUNTIME_TXT, Asked
from wherry.buildrules.pythons import Standing
from wherry.buildrules.refusal import Caution, Refusal
from wherry.platforms.hosts import Target

DEFAULT: Final = "default"
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SAID: Final = {
    "bad-format": ("Invalid Python version in {file}.", "invalid-version"),
    "encoding": ("Unable to read {file}.", "invalid-encoding"),
    "empty": ("No Python version found in {file}.", "no-version"),
    "several": ("Multiple Python versions found in {file}.", "multiple-versions"),
}
_TOLD: Final = {
    "empty": "A file without a version",
    "several": "More than one version",
    "encoding": "A file that is not plain UTF-8",
}


@dataclass(frozen=True, slots=True)
class PythonChoice:
    """The Python that is installed.

    Attributes:
        asked: ``3.12`` or ``3.12.4``.
        origin: What asks for it: a file's name, or ``default``.
        version: Major and minor.
        full: With the patch release that the buildpack has, as far as that is known.
        cautions: What the buildpack warns of.
    """

    asked: str
    origin: str
    version: tuple[int, int]
    full: str
    cautions: tuple[Caution, ...] = ()

    @property
    def line(self) -> str:
        """What the log says of it."""
        if self.origin == DEFAULT:
            return (
                f"No Python version was specified. Using the buildpack default: Python {self.asked}"
            )
        return f"Using Python {self.asked} specified in {self.origin}"


def choose_python(listing: Listing, manager: Manager, target: Target) -> PythonChoice | Refusal:
    """Return the Python for a first build, which no cached version binds, or why there is none."""
    found = _asked(listing, manager, fir="heroku-fir" in target.families)
    if isinstance(found, Refusal):
        return found
    if found is None:
        return _default(manager, target)
    origin, asked = found
    return _judged(origin, asked, target)


def _asked(listing: Listing, manager: Manager, *, fir: bool) -> tuple[str, Asked] | Refusal | None:
    if listing.has(RUNTIME_TXT):
        refused = _refused_runtime(manager, fir=fir)
        return refused or _read(listing, RUNTIME_TXT)
    if listing.has(PYTHON_VERSION):
        return _read(listing, PYTHON_VERSION)
    wrong = next((name for name in listing.top if python_files.misspells(name)), None)
    if wrong is not None:
        return Refusal(
            (
                "Error: Your .python-version file is spelled incorrectly.",
                "",
                f"The file '{wrong}' is there, and the buildpack reads '.python-version' only.",
            ),
            "python-version-file-misspelled",
            "python-version-file::misspelled",
            (wrong,),
            {"file": wrong},
        )
    if manager.name == "pipenv" and not fir:
        return _pipfile_lock(listing)
    return None


def _refused_runtime(manager: Manager, *, fir: bool) -> Refusal | None:
    if not fir and manager.name != "uv":
        return None
    first = "The runtime.txt file isn't supported" + ("" if fir else " when using uv.")
    return Refusal(
        (f"Error: {first}", "", "Write the version into a .python-version file in its stead."),
        "runtime-txt-deprecated",
        "runtime-txt::not-supported",
        (RUNTIME_TXT,),
        {"file": RUNTIME_TXT},
    )


def _read(listing: Listing, name: str) -> tuple[str, Asked] | Refusal:
    data = listing.texts.get(name, b"")
    reader = (
        python_files.read_runtime_txt if name == RUNTIME_TXT else python_files.read_python_version
    )
    kind, quote = "encoding", ""
    content = None if data.startswith(_MARKS) else _decoded(data)
    if content is not None:
        found = reader(content)
        if isinstance(found, Asked):
            return name, found
        kind, quote = found.kind, found.quote
    if name == RUNTIME_TXT:
        # The buildpack has one message for whatever is wrong with this file.
        first, reason = "Invalid Python version in runtime.txt.", "runtime-txt::invalid-version"
    else:
        text, reason = _SAID[kind]
        first, reason = text.format(file=name), f"python-version-file::{reason}"
    return Refusal(
        (f"Error: {first}", *(("", "The following was found:", quote) if quote else ())),
        "python-version-bad-format",
        reason,
        (name,),
        {"found": _TOLD.get(kind, f"`{quote}`"), "file": name},
    )


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _pipfile_lock(listing: Listing) -> tuple[str, Asked] | Refusal | None:
    try:
        document = json.loads(listing.texts.get(PIPFILE_LOCK, b""))
        requires = document["_meta"].get("requires") or {}
        text = requires.get("python_full_version") or requires.get("python_version")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return Refusal(
            ("Error: Can't parse Pipfile.lock.", "", "Run 'pipenv lock' to write it anew."),
            "lockfile-out-of-date",
            "pipfile-lock::invalid-json",
            (PIPFILE_LOCK,),
            {"file": PIPFILE_LOCK},
        )
    if text is None:
        return None
    found = python_files.VERSION.fullmatch(str(text))
    if found is not None:
        return PIPFILE_LOCK, python_files.asked(found, 1)
    quote = str(text)[:80]
    return Refusal(
        ("Error: Invalid Python version in Pipfile.lock.", "", "The following was found:", quote),
        "python-version-bad-format",
        "pipfile-lock::invalid-version",
        (PIPFILE_LOCK,),
        {"found": f"`{quote}`", "file": PIPFILE_LOCK},
    )


def _default(manager: Manager, target: Target) -> PythonChoice | Refusal:
    version = pythons.default(target) or max(pythons.supported(target), default=(3, 14))
    text = f"{version[0]}.{version[1]}"
    if manager.name == "uv" and target.platform.name in ("heroku", "dokku"):
        return Refusal(
            (
                "Error: No Python version was specified.",
                "",
                "With uv, the version has to be pinned in a .python-version file.",
            ),
            "python-unpinned",
            "python-version-file::not-found",
            values={"python": text, "pin_python": text},
        )
    caution = Caution(
        (
            "Warning: No Python version was specified.",
            "",
            "The buildpack picked its default, which moves to a newer Python every year.",
        ),
        "python-unpinned",
        {"python": text, "pin_python": text},
    )
    return PythonChoice(text, DEFAULT, version, _full(target, version, None), (caution,))


def _judged(origin: str, asked: Asked, target: Target) -> PythonChoice | Refusal:
    version = asked.version
    text = f"{version[0]}.{version[1]}"
    values = {"file": origin, "python": asked.text, "pin_python": text}
    verdict = pythons.standing(target, version, asked.patch)
    refused = {
        Standing.END_OF_LIFE: (
            "Error: The requested Python version has reached end-of-life.",
            f"Python {text} is no longer supported by this buildpack.",
            "python-version-eol",
            "python-version::eol",
        ),
        Standing.UNKNOWN: (
            "Error: The requested Python version isn't recognised.",
            f"Python {text} isn't known to this buildpack.",
            "runtime-not-available",
            "python-version::unknown-major",
        ),
        Standing.NO_SUCH_PATCH: (
            "Error: The requested Python version isn't available.",
            f"Python {asked.text} couldn't be found.",
            "runtime-not-available",
            "python-version::unknown-patch",
        ),
    }.get(verdict)
    if refused is not None:
        first, second, cause, kind = refused
        return Refusal((first, "", second), cause, kind, (origin,), _with_pin(values, target))
    cautions = _cautions(origin, asked, verdict, values)
    return PythonChoice(asked.text, origin, version, _full(target, version, asked.patch), cautions)


def _with_pin(values: dict[str, str], target: Target) -> dict[str, str]:
    known = pythons.supported(target)
    if not known:
        return values
    oldest, newest = min(known), max(known)
    wanted = tuple(int(part) for part in values["pin_python"].split("."))
    pin = min(max(wanted, oldest), newest)
    return {**values, "pin_python": f"{pin[0]}.{pin[1]}"}


def _cautions(
    origin: str, asked: Asked, verdict: Standing, values: dict[str, str]
) -> tuple[Caution, ...]:
    text = values["pin_python"]
    found = []
    if origin == RUNTIME_TXT:
        found.append(
            Caution(
                (
                    "Warning: The runtime.txt file is deprecated.",
                    "",
                    "Use .python-version instead.",
                ),
                "runtime-txt-deprecated",
                values,
            )
        )
    if verdict is Standing.DEPRECATED:
        first = f"Warning: Support for Python {text} is deprecated!"
        found.append(Caution((first,), "python-version-eol", values))
    if verdict is Standing.OLD_PATCH:
        found.append(
            Caution(
                (
                    "Warning: A Python patch update is available!",
                    "",
                    f"Python {asked.text} isn't the newest release of Python {text}.",
                ),
                "python-patch-pinned-old",
                values,
            )
        )
    return tuple(found)


def _full(target: Target, version: tuple[int, int], patch: int | None) -> str:
    newest = pythons.newest_patch(target, version) if patch is None else patch
    text = f"{version[0]}.{version[1]}"
    return text if newest is None else f"{text}.{newest}"
