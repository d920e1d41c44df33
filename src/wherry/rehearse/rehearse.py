"""``rehearse``: everything that the platform would do, in its order, and what came of it."""

import asyncio
import time
from dataclasses import replace

from wherry.errors import InvalidInput
from wherry.platforms import hosts
from wherry.rehearse import summary
from wherry.rehearse.events import Sink
from wherry.rehearse.judging.judge import judge
from wherry.rehearse.judging.placing import placed
from wherry.rehearse.judging.situation import Explain, Situation, Suspect
from wherry.rehearse.options import STOPS, Options
from wherry.rehearse.overlay import limits_of
from wherry.rehearse.preparing import prepare
from wherry.rehearse.rehearsal import Rehearsal, SlugFacts, SlugPart
from wherry.rehearse.run import CouldNotRehearse, Run, Stopped, new_run
from wherry.rehearse.staging import stage
from wherry.rehearse.traffic.reading import read_requests
from wherry.rehearse.vanishing import vanished
from wherry.rehearse.verdict import reach_verdict
from wherry.rehearse.work import work_folder

__all__ = ["CouldNotRehearse", "rehearse"]


def rehearse(options: Options, sink: Sink, *, explain: Explain, suspect: Suspect) -> Rehearsal:
    """Rehearse a project.

    Args:
        options: What is asked.
        sink: Is told of everything as it happens, free of secrets that config vars hold.
        explain: Reads the log's lines for causes.
        suspect: Reads the project's code for causes, where a symptom has several.

    Raises:
        CouldNotRehearse: this machine cannot; nothing is said of the project.
        InvalidInput: it cannot be asked so.
        ConfigurationError: there is no such platform, or no such limit.
    """
    if options.only and options.only not in STOPS:
        raise InvalidInput(f"There is no step {options.only!r}; the steps are {', '.join(STOPS)}.")
    target = hosts.get(options.platform)
    run = new_run(options, target, limits_of(target, options.overlay), sink)
    if options.requests is not None:
        run.given = read_requests(options.requests)
    with work_folder() as work:
        try:
            prepare(run, work)
            if options.only not in ("push", "build"):
                asyncio.run(stage(run))
        except Stopped as stopped:
            run.failed, run.words = stopped.step, stopped.words
        return _finish(run, explain, suspect)


def _finish(run: Run, explain: Explain, suspect: Suspect) -> Rehearsal:
    lost = vanished(run.record, run.begun_at, lambda dyno, path: run.heads.get((dyno, path), b""))
    build = [f"remote: {line.message}" for line in run.record.build_lines]
    # A build that went well has nothing to explain: its warnings are the buildpack's own.
    told = explain(build if run.failed == "build" else run.record.judged_lines())
    situation = Situation(
        record=run.record,
        limits=run.limits,
        target=run.target,
        told=told.findings,
        outside=told.outside,
        suspect=suspect,
        commands=run.commands,
        packages=run.packages,
        vanished=lost,
        first_traffic_at=run.first_traffic_at,
        restarted_at=run.restarted_at,
    )
    judged = judge(situation, known=run.known, failed=run.failed, booted=run.booted)
    platform = run.target.platform.name
    findings = tuple(placed(found, run.project, platform) for found in judged)
    return Rehearsal(
        project=run.options.project.resolve().name,
        target=run.target,
        limits=run.limits,
        verdict=reach_verdict(
            findings,
            failed=run.failed,
            words=run.words,
            only=run.options.only,
            traffic=run.traffic,
        ),
        begun_at=run.begun_at,
        seconds=time.time() - run.begun_at,
        revision=_revision(run),
        overlay=run.options.overlay,
        steps=summary.steps(run.record, run.begun_at),
        findings=findings,
        skipped=tuple(run.skipped),
        remarks=tuple(run.record.remarks),
        slug=_slug(run),
        boots=summary.boots(run.record, run.commands),
        memory=summary.memory(run.record, run.begun_at, run.first_traffic_at),
        traffic=run.traffic,
        vanished=tuple(replace(file, path=run.secrets.hide(file.path)) for file in lost),
        build_log=tuple(line.message for line in run.record.build_lines),
        log=tuple(line.text for line in run.record.lines),
        log_dropped=run.record.lines.dropped,
    )


def _revision(run: Run) -> str:
    pushed = run.pushed
    if pushed is None:
        return "" if run.options.slug is None else f"slug {run.options.slug.name}"
    if pushed.working_tree:
        return "the folder as it lies"
    return f"{pushed.branch} at {pushed.commit[:10]}".removeprefix(" at ")


def _slug(run: Run) -> SlugFacts | None:
    slug = run.slug
    if slug is None:
        return None
    return SlugFacts(
        slug.size_bytes,
        slug.unpacked_bytes,
        tuple(
            SlugPart(
                part.kind.value,
                part.name,
                part.version,
                part.compressed_bytes,
                part.unpacked_bytes,
            )
            for part in slug.parts
        ),
    )
