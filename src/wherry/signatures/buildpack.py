"""What the builder looks for at the root, and does not find."""

import re
from typing import Final

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


_MODEL: Final = re.compile(
    r"\.(?:onnx|h5|hdf5|keras|tflite|pb|pth?|pkl|pickle|joblib|safetensors|gguf|npz|ckpt|sav|bin)$"
    r"|(?:^|/)(?:saved_?)?(?:models?|weights|checkpoints?)/?$"
)
_LISTS: Final = ("requirements.txt", "pyproject.toml", "Pipfile", "poetry.lock", "uv.lock")


def _not_in_context(event: Event, found: re.Match[str]) -> Verdict | None:
    """The Dockerfile copies what the builder was not given: ignored, or not pushed."""
    del event
    target = found["target"].strip("\"'")
    if target.rpartition("/")[2] in _LISTS:
        return Verdict("no-package-manager-file")
    if not _MODEL.search(target):
        return None
    return Verdict(
        "model-excluded-from-slug",
        {"model": target.lstrip("/")},
        ("model-missing-from-git", "model-path-missing"),
        "`git ls-files`, then .dockerignore and .gcloudignore: is it in one of them?",
        sure=False,
    )


SIGNATURES = (
    *sees(
        "model-excluded-from-slug no-package-manager-file",
        r"(?:COPY|ADD) failed: .{0,120}stat (?P<target>\S{1,300}?): (?:file does not|no such)",
        r"to calculate checksum of ref .{1,200}: \"?(?P<target>/[^\":]{1,300})\"?: not found",
        r"failed to compute cache key: .{0,200}\"?(?P<target>/[^\":]{1,300})\"?: not found",
        r"failed to get fileinfo for (?P<target>\S{1,300}?): lstat",
        r"copier: stat: \"(?P<target>/[^\"]{1,300})\": no such file or directory",
        judge=_not_in_context,
    ),
    *sees(
        "no-package-manager-file wrong-buildpack",
        r"App not compatible with buildpack: (?P<buildpack>\S+)",
        r"failed to detect set buildpack (?P<buildpack>\S+)",
        r"Failed to detect set buildpack (?P<buildpack>\S+)",
        r"Failed to detect app matching (?P<buildpack>\S+) buildpack",
        r"Application not supported by '(?P<buildpack>[^']+)' buildpack",
        judge=_incompatible,
    ),
    *sees(
        "no-package-manager-file",
        r"Couldn't find any supported Python package manager files",
        r"Currently the root directory of your app contains:",
        r"we couldn't find any supported Python project files",
        r"Implicit setup\.py file support has been sunset",
        r"No default language could be detected for this app",
        r"Error: No buildpack detected",
        r"No Python package manager files were found",
        r"Could not find a Dockerfile, nor detect a runtime or framework from source code",
        r"Could not detect runtime or Dockerfile",
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
        r"Exactly one package manager file should be present",
    ),
    *sees(
        "pipfile-without-lock",
        r"No 'Pipfile\.lock' found",
        r"however, the associated 'Pipfile\.lock'",
        r"Pipfile\.lock not found",
        r"No such file or directory: '(?:\S*/)?Pipfile\.lock'",
        r"Pipfile\.lock\"?: not found",
    ),
    *sees(
        "lockfile-out-of-date",
        r"lockfile at `(?P<file>[\w./-]*uv\.lock)` needs to be updated",
        r"Unable to find lockfile at `(?P<file>[\w./-]*uv\.lock)`",
        r"changed significantly since (?P<file>poetry\.lock) was last generated",
        r"(?P<file>poetry\.lock) is not up to date with pyproject\.toml",
        r"(?P<file>poetry\.lock) is not compatible with the current version of Poetry",
        r"Your (?P<file>Pipfile\.lock) \(\w+\) is out of date",
        r"The (?P<file>Pipfile\.lock) file is out of date",
        r"The lock file might not be compatible with the current version of Poetry",
        r"Lock file hash doesn't match pyproject\.toml",
        r"The lockfile at `(?P<file>[\w./-]*uv\.lock)` uses an unsupported schema version",
        r"Failed to parse `(?P<file>[\w./-]*uv\.lock)`",
        r"Can't parse (?P<file>Pipfile\.lock)",
        r"(?P<file>Pipfile\.lock) is out-of-date",
        r"The lock file is not compatible with the current version of Poetry",
        r"The lock file is not up to date with the latest changes in pyproject\.toml",
        r"poetry\.lock is not up to date",
        r"Unable to read the lock file",
        r"Lock file is outdated or doesn't match pyproject",
    ),
    # Pipenv's last word on a lock that is old, and on another Python than the Pipfile's.
    *sees("~deploy-aborted", r"(?:ERROR|Error):: Aborting deploy"),
    *sees("aptfile-needs-buildpack", r"Could not find an 'Aptfile'"),
    *sees(
        "stack-end-of-life",
        r"The '(?P<stack>heroku-\d+|cedar-\d+)' stack (?:is no longer supported|isn't recognised)",
        r"(?P<stack>heroku-\d+|Heroku-\d+|cedar-14).{0,20} is End-of-Life",
        r"(?P<stack>heroku-\d+|Heroku-\d+|cedar-14).{0,20} has reached end-of-life",
        r"Stack (?P<stack>heroku-\d+|cedar-\d+) is (?:not supported|end-of-life|End-of-Life)",
        r"This app is using the (?P<stack>Heroku-\d+|Cedar-\d+) stack.{0,40}(?:end-of-life|EOL)",
        r"Builds (?:are|have been) disabled for .{0,60}stack",
        r"(?P<stack>jessie|stretch|buster)(?:-\w+)? Release' does not have a Release file",
        r"Failed to fetch http\S+/dists/(?P<stack>jessie|stretch|buster)\S* +404",
    ),
    *sees(
        "build-hook-fails",
        r"Failed to run the (?P<hook>bin/(?:pre|post)_compile) script",
    ),
    *sees("~build-command", r"==> Running build command '(?P<command>[^'\n]{1,500})'"),
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
    # Which buildpack the host chose: it matters where Python's was none of them.
    *sees(
        "~other-buildpack",
        r"Detected buildpacks: (?P<buildpack>(?!Python)[\w./-]+),",
        r"-----> (?P<buildpack>Node\.js|Ruby|PHP|Go|Java|Scala|Gradle|Clojure) app detected",
        r"-----> (?P<buildpack>Static|Apache|Nginx) (?:HTML )?app detected",
    ),
    *sees("~python-buildpack", r"-----> Python app detected", r"\[Discovering Python version\]"),
    *sees(
        "build-timeout",
        r"Timed out (?:compiling|running buildpack|running)",
        r"Build (?:timed out|exceeded .{0,30}time)",
        r"Build (?:process )?timed out after",
        r"(?:build|Build|deploy|Deploy) step exceeded maximum allowed runtime",
        r"context deadline exceeded.{0,40}build",
        r"ERROR: context deadline exceeded",
        r"error building: .{0,80}context deadline exceeded",
        r"error: deadline_exceeded: .{0,60}",
        r"Build failed .{0,20}timed out",
        r"TIMEOUT: build step",
        r"build \S+ completed with status \"TIMEOUT\"",
        r"ERROR: build timeout",
    ),
)
