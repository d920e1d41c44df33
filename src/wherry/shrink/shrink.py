"""Turn a trained model into a bundle: convert, quantize, prove parity, measure, choose, write."""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wherry.bundle.folder import Bundle
from wherry.errors import ConversionFailed, WherryError
from wherry.inspection.inspect import inspect
from wherry.inspection.report import Inspection
from wherry.platforms.heroku import DynoType, dyno_type
from wherry.shrink import accuracy, choice, conditioning, measuring, parity
from wherry.shrink import samples as sampling
from wherry.shrink.answers import answers
from wherry.shrink.bundling import check_free, write
from wherry.shrink.candidates import (
    LITERT_FLOAT32,
    ONNX_FLOAT32,
    TENSORFLOW,
    Candidate,
    Failure,
    Kind,
)
from wherry.shrink.conversion.answering import answer
from wherry.shrink.conversion.export import export
from wherry.shrink.conversion.exported import Exported, original_step
from wherry.shrink.conversion.litert import to_litert
from wherry.shrink.conversion.onnx import to_onnx
from wherry.shrink.libraries import tensorflow_libraries
from wherry.shrink.options import ShrinkOptions
from wherry.shrink.quantization.within import quantize_within
from wherry.shrink.records import Accuracy, Measurement, Outcome, Parity, Samples, ShrinkReport
from wherry.shrink.report.progress import Progress
from wherry.tensors import Array, Signature

_BASES = {
    "litert": LITERT_FLOAT32,
    "onnx": ONNX_FLOAT32,
}
_TOLD_VERSIONS = ("wherry", "ai-edge-litert", "onnxruntime", "numpy")


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What came of a model. ``bundle`` is None where no candidate may be chosen."""

    report: ShrinkReport
    bundle: Bundle | None


@dataclass(frozen=True, slots=True)
class _Original:
    """The model that candidates are compared with, and what it answers."""

    inspection: Inspection
    exported: Exported
    signature: Signature
    samples: Samples
    answers: Mapping[str, Array]
    floor_ratio: float


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate beside the original."""

    candidate: Candidate
    parity: Parity
    errors: Mapping[str, Array]
    accuracy: Accuracy | None
    refused: str | None


@dataclass(slots=True)
class _Found:
    """What is known so far."""

    made: dict[Kind, Candidate] = field(default_factory=dict)
    judged: dict[Kind, _Judged] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def fail(self, kind: Kind, reason: str) -> None:
        self.failures.append(Failure(kind, reason))


def shrink(options: ShrinkOptions, progress: Progress) -> Shrunk:
    """Try every candidate, choose one by the stated rule and write it as a bundle.

    The original is not changed. Where nothing may be chosen there is no bundle, and the report
    says why; on any error there is none either, nor a part of one.

    Raises:
        WherryError: the model cannot be read, loaded or asked; the sentence says why.
    """
    check_free(options.bundle)
    dyno = dyno_type(options.platform)
    clock = _Clock(progress)
    with tempfile.TemporaryDirectory(prefix="wherry-shrink-") as folder:
        work = Path(folder)
        original = _original(options, work, clock)
        found = _Found()
        with tensorflow_libraries(clock.say) if TENSORFLOW in options.kinds else nullcontext():
            _convert(options, original, found, work, clock)
            _reduce(options, original, found, work, clock)
            measured = _measure(options, original, found, work, clock, dyno)
            report = _report(options, original, found, measured, clock)
        with clock.stage("writing the bundle"):
            bundle = _write(options, original, report)
        return Shrunk(replace(report, seconds=dict(clock.seconds)), bundle)


class _Clock:
    """Stages of the work, with the seconds that each took, and notes that stay."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        with self._progress.stage(title):
            yield
        self.seconds[title] = round(time.monotonic() - started, 3)

    def say(self, sentence: str) -> None:
        """Tell something that only matters now."""
        self._progress.note(sentence)

    def note(self, sentence: str) -> None:
        """Tell something that the report says as well."""
        self._progress.note(sentence)
        self.notes.append(sentence)


def _original(options: ShrinkOptions, work: Path, clock: _Clock) -> _Original:
    with clock.stage("reading the model"):
        inspection = inspect(options.model)
    with clock.stage("loading the original"):
        exported = export(
            inspection,
            work / "original",
            with_files=options.with_files,
            allow_lambda=options.allow_lambda,
            signature=options.signature,
            say=clock.say,
        )
    for sentence in (*inspection.notes, *exported.notes):
        clock.note(sentence)
    signature = exported.signatures[exported.default_signature]
    with clock.stage("reading the samples"):
        samples = sampling.load(
            options.samples,
            signature,
            count=options.count,
            seed=options.seed,
            labels=options.labels,
            labels_column=options.labels_column,
            scale=options.scale,
            rate_hz=options.rate_hz,
        )
    clock.say(f"Samples: {samples.source}.")
    with clock.stage("asking the original"):
        found = answer(exported, samples, work / "asked", say=clock.say)
        floor_ratio = conditioning.floor_ratio(
            lambda moved: answer(exported, moved, work / "asked", say=clock.say),
            samples,
            found,
            signature,
            original_step(exported),
            seed=options.seed,
        )
    if floor_ratio > parity.SAME_ANSWERS_RATIO:
        clock.note(
            f"One rounding of its inputs moves the original's answers by up to "
            f"{floor_ratio / conditioning.ROUNDINGS:.1e} of an output's range: on these samples "
            f"errors up to {floor_ratio:.1e} say nothing against a candidate."
        )
    for name, varies in parity.varies(found).items():
        if not varies:
            clock.note(
                f"The output {name!r} hardly varies over the samples, so that parity on it proves "
                "little. Give samples that differ more."
            )
    if samples.labels is not None:
        # Labels that fit no output are a mistake to hear of before an hour of work.
        accuracy.compare(found, found, samples.labels, options.output)
    return _Original(inspection, exported, signature, samples, found, floor_ratio)


def _convert(
    options: ShrinkOptions, original: _Original, found: _Found, work: Path, clock: _Clock
) -> None:
    """Make and judge the candidates of full precision, on which the others rest."""
    makers: dict[Kind, Callable[[], Candidate]] = {
        LITERT_FLOAT32: lambda: to_litert(original.exported, work / "litert", say=clock.say),
        ONNX_FLOAT32: lambda: to_onnx(original.exported, work / "onnx", say=clock.say),
        TENSORFLOW: lambda: _as_it_is(original),
    }
    for kind, make in makers.items():
        if kind not in options.kinds and kind not in _needed(options.kinds):
            continue
        with clock.stage(f"making {kind.name}"):
            _try(kind, make, options, original, found, work)


def _needed(kinds: Sequence[Kind]) -> set[Kind]:
    """Return the candidates that others are made of."""
    return {_BASES[kind.runtime] for kind in kinds if kind.number_format in choice.REDUCED}


def _as_it_is(original: _Original) -> Candidate:
    folder = original.exported.saved_model
    if folder is None:
        raise ConversionFailed(
            f"A .{original.inspection.format} file is no SavedModel, which TensorFlow would need."
        )
    return Candidate(TENSORFLOW, folder, original.exported.signatures)


def _reduce(
    options: ShrinkOptions, original: _Original, found: _Found, work: Path, clock: _Clock
) -> None:
    for kind in options.kinds:
        if kind.number_format not in choice.REDUCED:
            continue
        base = _BASES[kind.runtime]
        with clock.stage(f"making {kind.name}"):
            if base not in found.made:
                found.fail(kind, f"{base.name}, which it would be made of, could not be made.")
                continue
            folder = work / kind.name.replace(" ", "-")
            _try(
                kind,
                lambda kind=kind, base=base, folder=folder: quantize_within(  # type: ignore[misc]
                    found.made[base],
                    kind,
                    original.samples,
                    folder,
                    holds=lambda made: _holds(made, options, original, work),
                    say=clock.say,
                ),
                options,
                original,
                found,
                work,
            )


def _holds(candidate: Candidate, options: ShrinkOptions, original: _Original, work: Path) -> bool:
    if original.samples.synthetic and options.max_error_ratio is None:
        return True  # No error would be accepted; there is nothing to hold.
    return _judge(candidate, options, original, work).refused is None


def _try(
    kind: Kind,
    make: Callable[[], Candidate],
    options: ShrinkOptions,
    original: _Original,
    found: _Found,
    work: Path,
) -> None:
    """Make a candidate and compare it; what goes wrong is its own failure and nobody else's."""
    try:
        candidate = make()
        found.made[kind] = candidate
        found.judged[kind] = _judge(candidate, options, original, work)
    except WherryError as error:
        found.fail(kind, str(error))


def _judge(
    candidate: Candidate, options: ShrinkOptions, original: _Original, work: Path
) -> _Judged:
    given = answers(
        candidate, original.signature, original.samples, Path(tempfile.mkdtemp(dir=work), "answers")
    )
    compared, errors = parity.compare(original.answers, given, original.signature)
    right = None
    if original.samples.labels is not None:
        right = accuracy.compare(original.answers, given, original.samples.labels, options.output)
    refused = choice.gate(
        candidate.kind,
        compared,
        right,
        synthetic=original.samples.synthetic,
        max_drop=options.max_drop,
        max_error_ratio=options.max_error_ratio,
        floor_ratio=original.floor_ratio,
    )
    return _Judged(candidate, compared, errors, right, refused)


def _measure(
    options: ShrinkOptions,
    original: _Original,
    found: _Found,
    work: Path,
    clock: _Clock,
    dyno: DynoType,
) -> dict[Kind, Measurement]:
    wanted = [judged.candidate for kind, judged in found.judged.items() if kind in options.kinds]
    folder = work / "measured"
    folder.mkdir()
    with clock.stage(f"measuring {len(wanted)} candidates for {options.platform}"):
        measured, failures = measuring.measure_all(
            wanted,
            original.signature,
            original.samples,
            dyno,
            folder,
            cpus=sorted(os.sched_getaffinity(0)),
            plan=measuring.QUICK if options.quick else measuring.Plan(),
        )
    found.failures += failures
    return measured


def _report(
    options: ShrinkOptions,
    original: _Original,
    found: _Found,
    measured: Mapping[Kind, Measurement],
    clock: _Clock,
) -> ShrinkReport:
    outcomes = tuple(
        Outcome(
            judged.candidate,
            judged.parity,
            measured[kind],
            judged.accuracy,
            judged.errors,
            judged.refused,
        )
        for kind, judged in found.judged.items()
        if kind in measured
    )
    chosen, why = choice.choose(outcomes, options.prefer)
    return ShrinkReport(
        model=options.model.name,
        model_sha256=original.inspection.sha256,
        platform=options.platform,
        prefer=options.prefer,
        samples=original.samples,
        outcomes=outcomes,
        failures=tuple(f for f in found.failures if f.kind in options.kinds),
        pareto=choice.pareto(outcomes),
        chosen=chosen,
        why=why,
        original_bytes=original.inspection.size_bytes,
        versions={**_versions(original.exported), **_machine()},
        options=options.stated(),
        seconds=dict(clock.seconds),
        notes=tuple(clock.notes),
    )


def _versions(exported: Exported) -> dict[str, str]:
    found = {f"original {name}": value for name, value in exported.versions.items()}
    for name in _TOLD_VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} CPUs",
    }


def _write(options: ShrinkOptions, original: _Original, report: ShrinkReport) -> Bundle | None:
    outcome = next((o for o in report.outcomes if o.candidate.kind == report.chosen), None)
    if outcome is None:
        return None
    return write(options, original.inspection, original.samples, outcome, report.versions)
