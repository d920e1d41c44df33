"""``wherry doctor`` on whole projects."""

import tempfile
from pathlib import Path

from tests.cases.projects.cases import Case, Expected, build, lay_environment

from benchmarks.diagnosis.scores import Outcome, Wanted, judge
from wherry.causes.cause import Severity
from wherry.doctor.diagnose import Options, diagnose
from wherry.findings import FileSpan, Finding


def examine(case: Case, *, offline: bool) -> Outcome:
    """Lay the project out, look at it, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        root = build(case, Path(folder) / case.name)
        environment = lay_environment(case, Path(folder) / "environment")
        options = Options(
            platform=case.platform,
            app=case.app or None,
            offline=offline,
            environment=str(environment) if environment else None,
        )
        findings = diagnose(root, options).findings
    wanted = [
        Wanted((item.cause, *item.alternatives), error=item.severity == Severity.ERROR)
        for item in case.findings
    ]
    outcome = judge(case.name, wanted, [item.cause.name for item in findings], case.also_acceptable)
    elsewhere = tuple(
        each
        for each, item in zip(wanted, case.findings, strict=True)
        if each not in outcome.missed and not _is_there(item, findings)
    )
    return Outcome(
        outcome.name, outcome.missed + elsewhere, outcome.wrong, outcome.said, outcome.wanted
    )


def _is_there(item: Expected, findings: tuple[Finding, ...]) -> bool:
    """Whether the finding names the file, where one file shows it."""
    names = {item.cause, *item.alternatives}
    return any(
        not item.file or any(isinstance(s, FileSpan) and s.path == item.file for s in found.where)
        for found in findings
        if found.cause.name in names
    )
