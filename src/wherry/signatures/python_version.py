"""Which Python a host's builder takes, and what it refuses."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


def _advice(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("~no-python-version", values_of(found))


SIGNATURES = (
    *sees(
        "python-version-eol",
        r"The (?:requested|cached) Python version has reached end-of-life",
        (
            r"Error: Python (?P<python>\d\.\d+) (?:is no longer supported|has reached (?:its "
            r")?end.of.life)"
        ),
        r"Python (?P<python>\d\.\d+) is end-of-life .{0,80}(?:no longer|not supported)",
        r"Support for Python (?P<python>\d\.\d+) is (?:deprecated|ending)",
        r"Python 2 .{0,40}(?:is no longer supported|support .{0,20}ended)",
        r"The requested Python version .{0,40}is no longer supported",
        r"no longer supports Python (?P<python>\d\.\d+)",
        r"error: this version of Python has reached its end of life",
        r"Python (?P<python>\d\.\d+) has reached its upstream end-of-life",
        r"Python (?P<python>\d\.\d+) is (?:end.of.life|EOL)\b",
        r"Python version (?P<python>\d\.\d+)[\d.]* is no longer supported",
    ),
    *sees(
        "runtime-not-available",
        r"Requested runtime .{1,60} is not available for this stack",
        r"The requested Python version (?:isn't|is not) (?:available|recognised)",
        r"The cached Python version isn't recognised",
        r"Python (?P<python>\d\.\d+(?:\.\d+)?) isn't available for this stack",
        r"Requested Python version is not available",
        r"however, we couldn't find that version on S3",
        r"Check that this Python version has been (?:officially released|released upstream)",
        r"\.heroku/python/bin/pip3?: No such file or directory",
        r"PYTHON_VERSION .{0,80}(?:is not available|could not be found|does not exist)",
        r"No interpreter found for Python (?P<python>[\d.]+)",
        r"No (?:Python )?interpreter found for path .{1,60}python(?P<python>\d[\d.]*)",
        r"No download found for request: cpython-(?P<python>[\d.]+)\S*",
        r"error: attribute 'python3\d+' missing",
        r"undefined variable 'python3\d+'",
        r"version not found: (?P<python>[\d.]+) for python",
        r"invalid Python version specified: .{0,80}could not find a version",
        r"failed to resolve version matching:? .{0,40}python.{0,20}",
        r"could not find (?:a )?version that satisfies .{0,40}[Pp]ython",
        r"The version '(?P<python>[\d.]+)' with architecture '\S+' was not found",
        r"pyenv: version [`'](?P<python>[\d.]+)' is not installed",
        r"python-build: definition not found: (?P<python>[\w.-]+)",
        r"Could not fetch Python version (?P<python>[\w.]+)",
        r"(?:requested|Requested) Python version .{0,60}(?:not available|isn't available)",
        r"No precompiled python found for",
        r"mise ERROR no precompiled python found for",
        r"No (?:matching )?(?:version|precompiled python).{0,20} found for (?:core:)?python@\S+",
        r"manifest for (?:docker\.io/)?(?:library/)?python:(?P<python>[\w.-]+) not found",
        r"docker\.io/library/python:(?P<python>[\w.-]+): not found",
        r"The runtime .{0,60}is not (?:available|supported)",
    ),
    *sees(
        "python-version-bad-format",
        (
            r"Invalid Python version in "
            r"(?P<file>\.python-version|runtime\.txt|Pipfile(?: / Pipfile)?\.lock)"
        ),
        r"Unable to read \.python-version",
        r"However, the version must be specified as either:",
        r"No Python version found in \.python-version",
        r"Multiple Python versions found in \.python-version",
        r"Invalid runtime\.txt",
        r"The PYTHON_VERSION must provide a major, minor, and patch version",
        r"The Python version specified in .{1,40} isn't in the correct format",
        r"is not a valid Python version",
        r"Invalid Python version format",
    ),
    *sees(
        "python-version-file-misspelled",
        r"Your \.python-version file is spelled incorrectly",
        r"Your .{1,30} file is spelled incorrectly",
    ),
    *sees(
        "runtime-txt-deprecated",
        r"The runtime\.txt file is deprecated",
        r"The runtime\.txt file isn't supported",
        r"The runtime\.txt file is (?:no longer|not) supported",
    ),
    *sees(
        "python-patch-pinned-old",
        r"A Python patch update is available",
        r"Python has released a security update! Please consider upgrading to",
    ),
    *sees("python-unpinned", r"Error: No Python version was specified"),
    *sees(
        "~no-python-version python-unpinned",
        r"No Python version was specified",
        r"Using the buildpack default: python-[\d.]+",
        judge=_advice,
    ),
    *sees(
        "collectstatic-disabled",
        r"The \.heroku/collectstatic_disabled file is deprecated",
        r"Skipping Django collectstatic since the env var DISABLE_COLLECTSTATIC is set",
    ),
    *sees(
        "~python",
        r"(?:Installing|Using|Found|Detected) Python (?:version )?(?P<python>\d\.\d+)(?:\.\d+)?",
        r"Installing python-(?P<python>\d\.\d+)(?:\.\d+)?",
        r"Using cached (?:install of )?python-(?P<python>\d\.\d+)(?:\.\d+)?",
        r"Downloading \S+-(?:cp|py)(?P<tag>\d{2,3})-\S+\.whl",
        r"FROM (?:docker\.io/)?(?:library/)?python:(?P<python>\d\.\d+)[\w.-]*",
        r"python(?P<python>\d\.\d+)/site-packages/pip/\S*",
    ),
    *sees(
        "~pip",
        r"You are using pip version (?P<pip>[\d.]+)",
        r"Installing pip (?P<pip>[\d.]+)",
        r"Using pip (?P<pip>[\d.]+)",
        r"A new release of pip(?: available)?: (?P<pip>[\d.]+)",
    ),
    *sees(
        "~machine",
        (
            r"(?:Downloading|Using cached) \S+(?P<machine>aarch64|musllinux|macosx_\S+_x86_64|"
            r"win_amd64|armv7l)\S*\.whl"
        ),
        r"fetch (?P<machine>https?://dl-cdn\.alpinelinux\.org)\S*",
        r"FROM (?P<machine>\S*alpine\S*)",
        r"FROM \S*(?P<machine>i386|arm32v[567]|arm64v8)/\S*",
        r"platform (?P<machine>linux/(?:386|arm64|arm/v[67]))",
        r"Docker image .{0,60}(?P<machine>alpine)",
        r"https://www\.(?P<machine>piwheels\.org)/simple",
    ),
)
