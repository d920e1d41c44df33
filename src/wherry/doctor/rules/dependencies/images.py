"""Base images that the required packages do not run on."""

import re
from collections.abc import Iterator
from typing import Final

from packaging.version import Version

from wherry.dependencies import tensorflow_table
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import dotted, in_image, lines, versions, where
from wherry.findings import Finding

_ARM: Final = re.compile(r"--platform[= ]linux/arm|^arm(?:32|64)v\d+/")
# Their glibc: below 2.17, or below 2.27 (Debian 9, Ubuntu 16.04, CentOS 7), which 2.21 asks for.
_OLD: Final = re.compile(
    r"stretch|jessie|ubuntu:1[46]\.04|debian:[89]\b|centos:[67]\b|xenial|trusty"
)
_NEEDS_2_27: Final = Version("2.21")
_ON_INTEL: Final = ("heroku", "cloud-run", "render", "railway")


def _alpine(context: Context) -> Iterator[Finding]:
    file = context.project.dockerfile
    line = next((item for item in lines(context) if item.key in _PACKAGES), None)
    if file is None or not in_image(context) or line is None or not file.stages:
        return
    stage = file.stages[-1]
    if "alpine" in stage.image.lower():
        yield found(
            "tf-no-wheel-for-platform",
            file.at(next(step for step in file.named("FROM") if step.line == stage.line)),
            where(line),
            values={
                "pin": line.text,
                "found": stage.image,
                "requirements": line.file,
                "python": dotted(context.python),
            },
        )


def _architecture(context: Context) -> Iterator[Finding]:
    file = context.project.dockerfile
    if file is None or not in_image(context) or context.target.platform.name not in _ON_INTEL:
        return
    for step in file.named("FROM")[-1:]:
        if _ARM.search(step.text):
            yield found("image-architecture-mismatch", file.at(step))


def _glibc(context: Context) -> Iterator[Finding]:
    file = context.project.dockerfile
    if file is None or not in_image(context) or not file.stages:
        return
    installed = versions(context)
    stage = file.stages[-1]
    line = next((item for item in lines(context) if item.key in _PACKAGES), None)
    version = installed.get(line.key) if line is not None else None
    if line is None or version is None or version < _NEEDS_2_27 or not _OLD.search(stage.image):
        return
    yield found(
        "glibc-too-old",
        file.at(next(step for step in file.named("FROM") if step.line == stage.line)),
        where(line),
        values={"version": "glibc 2.27", "requirements": line.file},
    )


_OLD_PIP: Final = re.compile(r"\bpip\s*={2}\s*(1\d|20\.[0-2]|[1-9])(?:\.\d+)*\b")


def _pip(context: Context) -> Iterator[Finding]:
    """An image that pins a pip from before the tags of today's wheels."""
    file = context.project.dockerfile
    if file is None or not in_image(context):
        return
    for step in file.named("RUN"):
        if _OLD_PIP.search(step.text):
            line = next((item for item in lines(context) if item.key in _PACKAGES), None)
            yield found(
                "pip-too-old-for-wheel",
                file.at(step),
                *((where(line),) if line is not None else ()),
            )


_PACKAGES: Final = (tensorflow_table.FULL, tensorflow_table.CPU)

RULES: Final = (
    Rule("tensorflow-on-alpine", ("tf-no-wheel-for-platform",), _alpine),
    Rule("image-for-arm", ("image-architecture-mismatch",), _architecture),
    Rule("old-pip", ("pip-too-old-for-wheel",), _pip),
    Rule("old-glibc", ("glibc-too-old",), _glibc),
)
