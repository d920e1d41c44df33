"""pip, uv, Poetry and Pipenv choosing versions: what they cannot find, read or agree on."""

import re

from wherry.signatures.conditions import building
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of
from wherry.signatures.versions import TENSORFLOWS, WINDOWS_ONLY, Missing, settle

_CONDA = (
    r"/home/conda/feedstock_root|/croot/|/opt/conda/conda-bld|/tmp/build/80754af9|/conda-bld/"
    r"|/feedstock_root/|[A-Za-z]:[/\\]+(?:ci\w*|bld|b)[/\\]|_work/_temp/conda|/miniforge3/|/croots/"
)
_LOCAL = re.compile(_CONDA)
_CONDA_WINDOWS = re.compile(
    r"pywin32|pywinpty|wincertstore|win_inet_pton|vs20\d\d_|vc=\d|menuinst|m2w64-|msys2-|winpty"
)


def _invalid(event: Event, found: re.Match[str]) -> Verdict | None:
    del found
    if any("/pip-build-env-" in frame.path for frame in event.frames):
        return Verdict("sdist-needs-old-setuptools", {})
    if re.search(r"\\x00|\\ufeff|\\xff|ÿþ|þÿ|\ufeff|\ufffd|\ufffe|\x00", event.text):
        return Verdict("requirements-utf16")
    if _LOCAL.search(event.text):
        return Verdict("conda-file-pin")
    if "looks like a filename" in event.text or re.search(r"'\.{1,2}/", event.text):
        return Verdict("requirements-include-missing")
    pin = re.search(r"[Ii]nvalid requirement: '?([^'\n]{1,100})", event.text)
    return Verdict("requirements-syntax", {"pin": pin[1]} if pin else {})


def _no_package(event: Event, found: re.Match[str]) -> Verdict:
    """uv knows whether there is a package of that name at all."""
    del event
    package = found["package"].strip("`'\"")
    key = re.sub(r"[-_.]+", "-", package.lower())
    if key in WINDOWS_ONLY:
        return Verdict("windows-only-pin", {"pin": package})
    return Verdict("package-not-found", {"package": package})


_OF_PLATFORMS = ("matching platform", "platform tag", "wheels for the following platform")


def _no_wheel(event: Event, found: re.Match[str]) -> Verdict:
    """uv: no wheel for this Python or this platform."""
    values = values_of(found)
    pin = values.get("pin", "").strip("`'\"")
    package = re.split(r"[=<>! ]", pin)[0].lower().replace("_", "-")
    values["pin"] = pin
    if package in WINDOWS_ONLY:
        return Verdict("windows-only-pin", values)
    if package == "tflite-runtime":
        return Verdict("tflite-runtime-abandoned", values)
    platform = any(words in event.text for words in _OF_PLATFORMS)
    if event.text.lstrip().startswith(("error: Distribution", "Distribution")) and not platform:
        name = "tf-no-wheel-for-python" if package in TENSORFLOWS else "pins-not-installable"
        return Verdict(name, values, sure=False, settled_by="the hint below it")
    if package in TENSORFLOWS:
        return Verdict("tf-no-wheel-for-platform" if platform else "tf-no-wheel-for-python", values)
    return Verdict("pins-not-installable", values)


def _other_python(event: Event, found: re.Match[str]) -> Verdict:
    """A package refuses this Python: it is too old for it, or too new."""
    del event
    values = values_of(found)
    wants = values.pop("wants", "")
    low = re.search(r"(?:>=?|\^|~=?|^)\s*(\d+)\.(\d+)", wants)
    has = re.match(r"\D{0,3}(\d+)\.(\d+)", values.get("python", ""))
    if low and has and wants[:1].isdigit():
        # Pipenv names one version and no range.
        newer = _pair(has) < _pair(low)
        return Verdict("package-needs-newer-python" if newer else "pins-not-installable", values)
    newer = bool(low) and ("<" not in wants or (bool(has) and _pair(has) < _pair(low)))
    return Verdict("package-needs-newer-python" if newer else "pins-not-installable", values)


def _pair(found: re.Match[str] | None) -> tuple[int, int]:
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _no_candidates(event: Event, found: re.Match[str]) -> Verdict:
    """Poetry: the lock's files fit neither this Python nor this platform."""
    del event
    package, version = found["package"], found["version"]
    verdict = settle(Missing(f"{package}=={version}", ()))
    if verdict.name != "package-not-found":
        return verdict
    # What the lock names was there when it was locked.
    return Verdict("pins-not-installable", verdict.values, ("package-needs-newer-python",),
                   "the Pythons that its files on PyPI are for", sure=False)  # fmt: skip


def _not_in_channels(event: Event, found: re.Match[str]) -> Verdict:
    """conda: what an environment names that was exported on Windows is nowhere else."""
    if _CONDA_WINDOWS.search(event.text):
        return Verdict("windows-only-pin", {})
    return Verdict("package-not-found", values_of(found))


def _matches_nothing(event: Event, found: re.Match[str]) -> Verdict:
    """Poetry says the same of a name that is not there, and of a version that is not."""
    del event
    values = values_of(found)
    exact = re.fullmatch(r"={0,3} ?v?[\d.]+[\w.+-]*", found["version"]) is not None
    names = ("pins-not-installable", "package-not-found")
    first, second = names if exact else names[::-1]
    page = f"https://pypi.org/project/{found['package']}/: no such project, or no such release"
    return Verdict(first, values, (second, "resolution-impossible"), page, sure=False)


def _no_match(event: Event, found: re.Match[str]) -> Verdict:
    """The pin as the user wrote it, without the file that pip names behind it."""
    del event
    values = values_of(found)
    values["pin"] = values["pin"].partition(" (from")[0].strip()
    return Verdict("no-matching-distribution", values)


SIGNATURES = (
    *sees("sklearn-dummy-package", r"The 'sklearn' PyPI package is deprecated"),
    *sees(
        "tensorflow-gpu-removed",
        r"The \"tensorflow-gpu\" package has been removed",
        r"Please install \"tensorflow\" instead",
    ),
    *sees(
        "no-matching-distribution",
        r"(?:^|ERROR:|#\d+)\s*Could not find a version that satisfies the requirement "
        r"(?P<pin>.{1,300}?) \(from versions: (?P<versions>.{0,20000}?)\)?$",
        r"(?:^|ERROR:)\s*No matching distribution found for (?P<pin>[^\n]{1,300})$",
        judge=_no_match,
    ),
    *sees(
        "~ignored",
        (
            r"Ignored the following versions that require a different python version: "
            r"(?P<ignored>.{1,8000})"
        ),
        r"Ignored the following versions that require a different python: (?P<ignored>.{1,8000})",
    ),
    *sees(
        "requirements-utf16",
        r"(?:ERROR|error): .{0,200}stream did not contain valid UTF-8",
        r"'utf-?8' codec can't decode byte 0x(?:ff|fe) in position [01]\b",
        when=building,
    ),
    *sees(
        "requirements-utf16",
        r"Failed to (?:read|parse).{0,80}requirements.{0,200}UTF-8",
        r"Requirements file .{0,80}(?:is not|isn't) valid UTF-8",
        r"requirements\S{0,40}\.txt`?: stream did not contain valid UTF-8",
        r"Expected package name starting with an alphanumeric character, found "
        r"`(?:\ufffd|\ufeff|\xff|\xfe|\u00ff|\u00fe|\x00)",
        r"Unable to read .{0,40}requirements\.txt.{0,60} UTF-8",
    ),
    *sees(
        "conda-file-pin",
        rf"Processing (?:\S*(?:{_CONDA})\S*)",
        rf"No such file or directory: '(?:[^']*(?:{_CONDA})[^']*)'",
        rf"Distribution not found at: file:\S*(?:{_CONDA})\S*",
        rf"file:\S*(?:{_CONDA})\S*",
    ),
    *sees(
        "requirements-syntax requirements-utf16 conda-file-pin requirements-include-missing "
        "sdist-needs-old-setuptools",
        r"Invalid requirement: .{1,400}",
        r"invalid requirement: .{1,400}",
        r"Requirement '.{1,200}' looks like a filename, but the file does not exist",
        r"Couldn't parse requirement in .{1,200}",
        r"InvalidRequirement: .{1,400}",
        judge=_invalid,
    ),
    *sees(
        "requirements-syntax",
        r"is not a valid operator\. Did you mean",
        r"Hint: It looks like a path\. It does not exist",
        r"Parse error at \"'.{1,80}'\"",
        r"RequirementParseError: .{1,200}",
        r"pip(?:3)?(?: install)?: error: no such option: .{1,60}",
        r"TOML parse error at line \d+",
        r"Invalid requirements? (?:file|line).{1,100}",
        when=building,
    ),
    *sees(
        "requirements-syntax",
        r"Failed to parse: `(?P<file>\S*pyproject\.toml)`",
        r"The Poetry configuration is invalid",
        r"pyproject\.toml is not a valid TOML file",
        r"Invalid TOML file .{0,80}pyproject\.toml",
    ),
    *sees(
        "requirements-include-missing",
        r"Path (?P<target>/\S+) for \S+ does not exist",
        r"Could not open constraints? file: .{0,60}No such file or directory: '(?P<target>[^']+)'",
        r"does not appear to be a Python project: neither 'setup\.py' nor 'pyproject\.toml' found",
        r"neither 'setup\.py' nor 'pyproject\.toml' found",
        r"File \"setup\.py\".{0,60}not found\. Directory cannot be installed in editable mode",
        r"ERROR: .{0,200} is not a valid editable requirement",
        r"Distribution not found at: (?P<target>file:\S+)",
        r"No such file or directory: '(?P<target>[^']*\.whl)'",
        (
            r"Could not install packages due to an .{0,20}Error: .{0,30}No such file or directory: "
            r"'(?P<target>(?!\S*site-packages)[^']+)'"
        ),
    ),
    *sees(
        "package-not-found pins-not-installable",
        r"depends on (?P<package>[\w.-]+) \((?P<version>[^()]{1,60})\) which doesn't match any "
        r"versions",
        judge=_matches_nothing,
    ),
    *sees(
        "package-not-found windows-only-pin",
        r"ResolvePackageNotFound: (?:\s*- (?P<package>[\w.-]+))?",
        r"PackagesNotFoundError: .{1,120}?channels:(?:\s*- (?P<package>[\w.-]+))?",
        judge=_not_in_channels,
    ),
    *sees(
        "package-not-found",
        r"(?P<package>[\w.-]+) \S{0,40} ?does not exist \(perhaps a typo or a missing channel\)",
        r"Could not find a matching version of package (?P<package>[\w.-]+)",
        r"Package (?P<package>[\w.-]+) \([^()]{1,60}\) not found",
    ),
    *sees(
        "package-not-found windows-only-pin",
        r"Because (?P<package>\S+) was not found in the package registry",
        r"(?P<package>\S{1,200}) was not found in the package registry",
        r"HTTP error 404 while getting https://pypi\.org/simple/(?P<package>[\w.-]+)",
        judge=_no_package,
    ),
    *sees(
        "tf-no-wheel-for-python tf-no-wheel-for-platform pins-not-installable",
        (
            r"Because (?:all versions of |only )?(?P<pin>\S+?)(?:,)? (?:has|have) no wheels with a "
            r"matching"
        ),
        r"(?P<pin>\S{1,200}) has no wheels with a matching (?:Python|platform)",
        r"hint: .{0,60}wheels? .{0,40}for `(?P<pin>[^`]+)` .{0,60}but not for the current platform",
        (
            r"hint: You're (?:on|using) .{1,80}, but `(?P<pin>[^`]+)` \(v[^)]{1,40}\) only has "
            r"wheels (?:with|for) the following .{1,80}"
        ),
        (
            r"Distribution `(?P<pin>[^`]+?) ?@.{0,80} can't be installed because it doesn't have a "
            r".{0,80}wheel"
        ),
        judge=_no_wheel,
    ),
    *sees(
        "package-needs-newer-python pins-not-installable",
        (
            r"Package '(?P<pin>[^']+)' requires a different Python: (?P<python>\d+\.\d+)[\d.]* not "
            r"in '(?P<wants>[^']+)'"
        ),
        (
            r"(?P<pin>\S{1,200}) requires Python '(?P<wants>[^']+)' but the running Python is "
            r"(?P<python>\d+\.\d+)"
        ),
        (
            r"current Python version \((?P<python>\d+\.\d+)[\d.]*\) does not satisfy "
            r"Python(?P<wants>[<>=!,\d.]+)"
        ),
        (
            r"requested Python version \((?P<python>[^)]{1,30})\) does not satisfy "
            r"Python(?P<wants>[<>=!,\d.]+)"
        ),
        (
            r"resolved to Python (?P<python>\d+\.\d+)[\d.]*, which is incompatible with the "
            r"project's Python requirement: `(?P<wants>[^`]+)`"
        ),
        (
            r"(?P<python>\d+\.\d+)[\d.]*\)? is (?:incompatible|not compatible) with the \w+(?:'s)? "
            r"Python requirement:? `(?P<wants>[^`]+)`"
        ),
        (
            r"requires \"?python_(?:full_)?version\"? (?P<wants>\d+\.\d+)[\d.]*, but you are using "
            r"(?P<python>\d+\.\d+)"
        ),
        (
            r"Current Python version \((?P<python>\d+\.\d+)[\d.]*\) is not allowed by the project "
            r"\((?P<wants>[^)]+)\)"
        ),
        (
            r"The currently activated Python version (?P<python>\d+\.\d+)[\d.]* is not supported "
            r"by the project \((?P<wants>[^)]+)\)"
        ),
        judge=_other_python,
    ),
    *sees(
        "tf-no-wheel-for-python package-needs-newer-python pins-not-installable package-not-found",
        r"Unable to find installation candidates for (?P<package>[\w.-]+) \((?P<version>[\w.]+)\)",
        judge=_no_candidates,
    ),
    *sees(
        "invalid-metadata",
        r"Ignoring version (?P<version>\S+) of (?P<package>\S+) since it has invalid metadata",
        (
            r"Requested (?P<package>[\w.-]+)==(?P<version>\S+) from \S+ has invalid metadata: "
            r".{1,200}"
        ),
        r"has invalid metadata: .{1,200}",
        r"Please use pip<24\.1 if you need to use this version",
        r"One of your dependencies contains broken metadata",
        r"metadata for .{1,100} is invalid",
    ),
    *sees(
        "resolution-impossible",
        (
            r"Cannot install (?P<conflict>.{1,300}?) because these package versions have "
            r"conflicting dependencies"
        ),
        r"because these package versions have conflicting dependencies",
        r"ResolutionImpossible: for help visit",
        r"The conflict is caused by:",
        r"No solution found when resolving .{0,20}dependencies",
        r"version solving failed",
        r"Your dependencies could not be resolved",
        r"ResolutionFailure: .{1,200}",
        r"There are incompatible versions in the resolved dependencies",
        r"No matching version found for .{1,60}\(.{1,60}conflict",
        r"error: resolution-too-deep",
        r"UnsatisfiableError: .{1,160}",
        r"LibMambaUnsatisfiableError: .{1,160}",
        r"Could not solve for environment specs",
        r"Dependency resolution exceeded maximum depth",
        r"Pip cannot resolve the current dependencies as the dependency graph is too complex",
    ),
    *sees(
        "wheel-platform-mismatch",
        r"(?P<wheel>\S{1,200}\.whl) is not a supported wheel on this platform",
        r"is not compatible with this Python: .{1,100}\.whl",
        r"A (?:URL|path) dependency is incompatible with the current platform: (?P<wheel>\S+)",
        r"(?:The wheel|wheel) .{1,120} is not compatible with the current (?:Python|platform)",
    ),
    *sees(
        "requirements-hash-mismatch",
        r"THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
        r"Hashes are required in --require-hashes mode",
        r"In --require-hashes mode, all requirements must have their versions pinned",
        r"Hash mismatch for `?.{1,80}",
        r"Can't verify hashes for .{1,100}",
        r"In `--require-hashes` mode, all requirements must have .{1,120}",
        r"cannot be installed when requiring hashes",
        r"Hash for (?P<package>[\w.-]+) \([^()]{1,60}\) from archive \S+ not found in",
        r"Retrieved digest for link \S+ not in poetry\.lock metadata",
        r"Invalid hashes? \(.{1,200}\) for (?P<package>[\w.-]+) ",
    ),
)
