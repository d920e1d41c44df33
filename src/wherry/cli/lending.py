"""What the buildpack is lent of rooms that do not know of it: the doctor, packing, shrinking."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from wherry.buildpack.build import MENDED, Lent
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.models import Makers
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.tools import provide_shrinking
from wherry.buildpack.wanted import Shrinking, Wanted
from wherry.causes.cause import Severity
from wherry.doctor.configuration import Configuration, read_configuration
from wherry.doctor.diagnose import Options, diagnose
from wherry.doctor.diagnosis import NEVER
from wherry.findings import FileSpan, Finding
from wherry.platforms import hosts
from wherry.render import diagnosis_text, words
from wherry.runtimes.quiet import LITERT, TENSORFLOW, without_lines
from wherry.serving.packing import pack

# What would have ended the build by now, had it been so: packages are installed, static files
# are collected.
_OF_THE_BUILD: Final = "WH1"


def lent(places: Places) -> Lent:
    """Return what the build is lent, for the project in its folder.

    Raises:
        ConfigurationError: ``[tool.wherry]`` says something that cannot be.
    """
    configuration = read_configuration(places.build)
    target = hosts.get(configuration.platform or hosts.DEFAULT)
    return Lent(_checking(places, configuration), Makers(_pack, _shrinking(places)), target)


def _checking(
    places: Places, configuration: Configuration
) -> Callable[[Path, Wanted, Output, bool], None]:
    def check(sources: Path, wanted: Wanted, output: Output, installed: bool) -> None:
        """Ask the doctor, without the index: what is installed by now was found there."""
        diagnosis = diagnose(sources, Options(offline=True))
        blocking = tuple(
            item
            for item in diagnosis.findings
            if _blocks(item, wanted, installed) and not _is_left_out(item, places)
        )
        looked = f"Checks: {words.count(diagnosis.files, 'file')} looked at"
        if not blocking:
            output.line(f"{looked}, nothing blocks")
        elif configuration.fail_on == NEVER:
            told = words.count(len(blocking), "finding")
            output.line(f'{looked}, {told} not heeded (fail-on = "never")')
        else:
            told = diagnosis_text.render(replace(diagnosis, findings=blocking, root=places.build))
            output.line(told.rstrip())
            raise BuildFailed(
                f"{words.count(len(blocking), 'finding')} above would keep the app from running. "
                'Mend it, or build all the same with fail-on = "never" in [tool.wherry] of '
                "pyproject.toml."
            )

    return check


def _is_left_out(finding: Finding, places: Places) -> bool:
    """Whether a config var turns off what would fail."""
    disabled = places.config.get("DISABLE_COLLECTSTATIC", "0") not in ("", "0")
    return disabled and finding.cause.name == "collectstatic-fails"


def _blocks(finding: Finding, wanted: Wanted, installed: bool) -> bool:
    if finding.severity is not Severity.ERROR or finding.cause.name in MENDED:
        return False
    if installed and finding.cause.code.startswith(_OF_THE_BUILD):
        return False
    if finding.cause.name != "git-lfs-pointer":
        return True
    declared = {model.path for model in wanted.models if model.source is not None}
    paths = {span.path for span in finding.where if isinstance(span, FileSpan)}
    return not paths <= declared


def _pack(model: Path, folder: Path, name: str, labels: Path | None) -> None:
    with without_lines((*LITERT, *TENSORFLOW)):
        pack(model, folder, name=name, labels=labels)


def _shrinking(places: Places) -> Callable[[Path, Path, str, Shrinking, Path], None]:
    def shrink(model: Path, folder: Path, name: str, wanted: Shrinking, project: Path) -> None:
        provide_shrinking(places.cache / "tools")
        from wherry.shrink.candidates import KINDS
        from wherry.shrink.options import ShrinkOptions
        from wherry.shrink.records import Preference
        from wherry.shrink.report.progress import progress_on
        from wherry.shrink.shrink import shrink as shrink_model

        names = {kind.name.replace(" ", "-"): kind for kind in KINDS}
        unknown = [word for word in wanted.candidates if word not in names]
        if unknown:
            raise BuildFailed(
                f"pyproject.toml: there is no candidate {unknown[0]!r}; there are "
                f"{', '.join(names)}."
            )
        options = ShrinkOptions(
            model=model,
            bundle=folder,
            name=name,
            samples=str(project / wanted.samples) if wanted.samples else None,
            kinds=tuple(names[word] for word in wanted.candidates) or KINDS,
            prefer=Preference(wanted.prefer),
            max_drop=wanted.max_drop,
            quick=wanted.quick,
        )
        shrunk = shrink_model(options, progress_on(sys.stderr))
        if shrunk.bundle is None:
            raise BuildFailed(
                f"No smaller form of the model {name!r} gives the same answers. Take shrink out of "
                f"[tool.wherry.models.{name}], and it is served as it is."
            )

    return shrink
