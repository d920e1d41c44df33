"""Apache's mod_wsgi, which runs an app in an interpreter of its own unless it is told otherwise."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import runs_in_image
from wherry.findings import Finding

_SCRIPT: Final = re.compile(r"^\s*WSGIScriptAlias\s", re.MULTILINE)
_GLOBAL: Final = re.compile(
    r"^\s*(?:WSGIApplicationGroup\s+%\{GLOBAL\}|.*application-group=%\{GLOBAL\})", re.MULTILINE
)
# What supports the main interpreter only, each by its own documentation.
_MAIN_ONLY: Final = ("numpy", "tensorflow", "tensorflow-cpu", "h5py", "scipy", "torch", "pandas")
_LONGEST_BYTES: Final = 200_000


def _check(context: Context) -> Iterator[Finding]:
    project = context.project
    dockerfile = project.dockerfile
    if not runs_in_image(context) or dockerfile is None:
        return
    if not any("apache" in step.text.lower() for step in dockerfile.instructions):
        return
    if not any(project.requirements.get(name) for name in _MAIN_ONLY):
        return
    for entry in project.files:
        if entry.suffix != ".conf" or not entry.deployed or entry.size_bytes > _LONGEST_BYTES:
            continue
        text = project.text(entry.path)
        script = None if text is None else _SCRIPT.search(text.content)
        if text is not None and script is not None and not _GLOBAL.search(text.content):
            line = text.content.count("\n", 0, script.end()) + 1
            yield found("mod-wsgi-subinterpreter", text.at(line))


RULE: Final = Rule("mod-wsgi-subinterpreter", ("mod-wsgi-subinterpreter",), _check)
