"""What the builder looks for at the root, and does not find."""

import re

from wherry.signatures.conditions import said_by
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees

_PYTHON = re.compile(r"(?i)python")


def _incompatible(event: Event, found: re.Match[str]) -> Verdict:
    """Python's own buildpack missed its files; any other one was the wrong choice."""
    del event
    named = found["buildpack"]
    if _PYTHON.search(named):
        return Verdict("no-package-manager-file")
    return Verdict("wrong-buildpack", {"buildpack": named.rstrip(".)")})


def _requirements_missing(event: Event, found: re.Match[str]) -> Verdict:
    del event
    name = found["target"]
    if name in ("requirements.txt", "./requirements.txt", "/app/requirements.txt"):
        return Verdict("no-package-manager-file", {})
    return Verdict("requirements-include-missing", {"target": name})


SIGNATURES = (
    *sees(
        "no-package-manager-file wrong-buildpack",
        r"App not compatible with buildpack: (?P<buildpack>\S+)",
        r"failed to detect set buildpack (?P<buildpack>\S+)",
        judge=_incompatible,
    ),
    *sees(
        "no-package-manager-file",
        r"Couldn't find any supported Python package manager files",
        r"we couldn't find any supported Python project files",
        r"Implicit setup\.py file support has been sunset",
        r"No default language could be detected for this app",
        r"Cedar-supported app detected",
        r"No Cedar-supported app detected",
        r"(?:ERROR: )?No buildpack groups passed detection",
        r"failed to detect: no buildpacks participating",
        r"Unable to select a buildpack",
        r"Nixpacks was unable to generate a build plan for this app",
        r"Nixpacks build failed: .{0,40}unable to generate a build plan",
        r"Railpack could not determine how to build the app",
        r"Could not find a buildpack for this app",
        r"Cannot find a Dockerfile or buildpack to use",
        r"Could not detect (?:the )?(?:language|app type|runtime)",
        r"scanner could not find your app's?",
        r"COPY failed: .{0,160}requirements\.txt.{0,60}(?:not found|no such file|does not exist)",
        (
            r"failed to (?:compute cache key|calculate checksum).{0,200}/requirements\.txt\"?: not "
            r"found"
        ),
        r"Your app's requirements\.txt .{0,40}not found",
    ),
    *sees(
        "no-package-manager-file requirements-include-missing",
        r"Could not open requirements file: .{0,60}No such file or directory: '(?P<target>[^']+)'",
        r"File not found: `(?P<target>[^`]*requirements[^`]*)`",
        judge=_requirements_missing,
    ),
    *sees(
        "several-package-managers",
        r"Multiple Python package manager files were found",
    ),
    *sees("pipfile-without-lock", r"No 'Pipfile\.lock' found", r"Pipfile\.lock not found"),
    *sees(
        "lockfile-out-of-date",
        r"lockfile at `(?P<file>[\w./-]*uv\.lock)` needs to be updated",
        r"Unable to find lockfile at `(?P<file>[\w./-]*uv\.lock)`",
        r"changed significantly since (?P<file>poetry\.lock) was last generated",
        r"(?P<file>poetry\.lock) is not up to date with pyproject\.toml",
        r"(?P<file>poetry\.lock) is not compatible with the current version of Poetry",
        r"Your (?P<file>Pipfile\.lock) \(\w+\) is out of date",
        r"The (?P<file>Pipfile\.lock) file is out of date",
        r"(?:ERROR|Error):: Aborting deploy",
        r"The lock file might not be compatible with the current version of Poetry",
        r"Lock file hash doesn't match pyproject\.toml",
    ),
    *sees("aptfile-needs-buildpack", r"Could not find an 'Aptfile'"),
    *sees(
        "stack-end-of-life",
        r"The '(?P<stack>heroku-\d+|cedar-\d+)' stack (?:is no longer supported|isn't recognised)",
        r"(?P<stack>heroku-\d+|Heroku-\d+|cedar-14).{0,20} is End-of-Life",
        r"(?P<stack>heroku-\d+|Heroku-\d+|cedar-14).{0,20} has reached end-of-life",
        r"Stack (?P<stack>heroku-\d+|cedar-\d+) is (?:not supported|end-of-life|End-of-Life)",
        r"This app is using the (?P<stack>Heroku-\d+|Cedar-\d+) stack.{0,40}(?:end-of-life|EOL)",
        r"Builds (?:are|have been) disabled for .{0,60}stack",
    ),
    *sees(
        "build-hook-fails",
        r"Failed to run the (?P<hook>bin/(?:pre|post)_compile) script",
    ),
    *sees(
        "wrong-buildpack",
        r"npm: command not found",
        r"node: command not found",
        r"yarn: command not found",
        r"bundle: command not found",
        r"bundler: command not found",
        r"rails: command not found",
        r"java: command not found",
        r"php: command not found",
        when=said_by("app", "build", "heroku"),
    ),
    *sees(
        "build-timeout",
        r"Timed out (?:compiling|running buildpack|running)",
        r"Build (?:timed out|exceeded .{0,30}time)",
        r"Build (?:process )?timed out after",
        r"(?:build|Build|deploy|Deploy) step exceeded maximum allowed runtime",
        r"context deadline exceeded.{0,40}build",
        r"ERROR: context deadline exceeded",
        r"TIMEOUT: build step",
        r"ERROR: build timeout",
    ),
)
