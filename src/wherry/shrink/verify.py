"""Check a bundle again: every byte, and its answers beside those of the model it was made of."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wherry.bundle import integrity
from wherry.bundle.folder import Bundle, open_bundle
from wherry.bundle.manifest import MANIFEST, FileRecord, read_manifest
from wherry.errors import BundleError
from wherry.inspection.inspect import inspect
from wherry.shrink import choice, conditioning, parity
from wherry.shrink import samples as sampling
from wherry.shrink.answers import answers
from wherry.shrink.candidates import KINDS, Candidate, Kind
from wherry.shrink.conversion.answering import answer
from wherry.shrink.conversion.export import export
from wherry.shrink.conversion.exported import original_step
from wherry.shrink.libraries import tensorflow_libraries
from wherry.shrink.recorded import parity_from_dict
from wherry.shrink.records import Parity, Samples
from wherry.shrink.report.progress import Progress
from wherry.shrink.report.verification import FileCheck, Verification
from wherry.shrink.sampling.drawing import Scale

# Beyond what is recorded, an error on the same samples may grow by this much: kernels differ from
# processor to processor.
SLACK_RATIO = 0.05


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """A bundle, and what to compare it with.

    ``against`` is the model it was made of; None checks the bytes only. The rest is as of
    ``ShrinkOptions``.
    """

    bundle: Path
    against: Path | None = None
    samples: str | None = None
    count: int | None = None
    seed: int = 0
    scale: Scale | None = None
    rate_hz: int | None = None
    signature: str | None = None
    with_files: tuple[Path, ...] = ()
    allow_lambda: bool = False
    max_error_ratio: float | None = None


def verify(options: VerifyOptions, progress: Progress) -> Verification:
    """Check a bundle.

    Raises:
        BundleError: there is no bundle, or its manifest cannot be read.
        WherryError: the original cannot be loaded or asked.
    """
    manifest = read_manifest(options.bundle / MANIFEST)
    with progress.stage("hashing the files"):
        files = tuple(
            _check(options.bundle, path, record) for path, record in sorted(manifest.files.items())
        )
    recorded = manifest.origin.get("parity")
    then = None if recorded is None else parity_from_dict(recorded)
    sentences: list[str] = []
    now: Parity | None = None
    whole = not any(file.wrong for file in files)
    fits = True
    if options.against is None:
        sentences.append("Its answers were not compared: name the original with --against.")
    elif not whole:
        sentences.append("Its answers were not compared, since its files are not as recorded.")
    else:
        bundle = open_bundle(options.bundle)
        now, samples, floor_ratio = _compare(options, options.against, bundle, progress)
        said = _judge(options, manifest.origin, samples, now, then, floor_ratio)
        fits = said is None
        sentences += [said or "It gives the original's answers."]
        sentences += _about(samples, manifest.origin)
    return Verification(
        bundle=str(options.bundle),
        files=files,
        against=None if options.against is None else str(options.against),
        recorded=then,
        now=now,
        passed=whole and fits,
        sentences=tuple(sentences),
    )


def _check(folder: Path, name: str, record: FileRecord) -> FileCheck:
    wrong = None
    try:
        path = integrity.check_inside(folder, name)
        if path.stat().st_size != record.size_bytes:
            wrong = f"It has {path.stat().st_size} bytes, and {record.size_bytes} are recorded."
        elif integrity.sha256_of(path) != record.sha256:
            wrong = "Its content is not what was recorded."
    except BundleError as error:
        wrong = str(error)
    except OSError as error:
        wrong = f"It cannot be read: {error.strerror}."
    return FileCheck(name, record.size_bytes, record.sha256, wrong)


def _compare(
    options: VerifyOptions, against: Path, bundle: Bundle, progress: Progress
) -> tuple[Parity, Samples, float]:
    with tempfile.TemporaryDirectory(prefix="wherry-verify-") as folder:
        work = Path(folder)
        with progress.stage("loading the original"):
            exported = export(
                inspect(against),
                work / "original",
                with_files=options.with_files,
                allow_lambda=options.allow_lambda,
                signature=options.signature or _recorded_signature(bundle),
                say=progress.note,
            )
        signature = exported.signatures[exported.default_signature]
        with progress.stage("asking the original"):
            samples = sampling.load(
                options.samples,
                signature,
                count=options.count,
                seed=options.seed,
                scale=options.scale,
                rate_hz=options.rate_hz,
            )
            expected = answer(exported, samples, work / "asked", say=progress.note)
            floor_ratio = conditioning.floor_ratio(
                lambda moved: answer(exported, moved, work / "asked", say=progress.note),
                samples,
                expected,
                signature,
                original_step(exported),
                seed=options.seed,
            )
        with progress.stage("asking the bundle"), tensorflow_libraries(progress.note):
            candidate = Candidate(_kind(bundle), bundle.model, bundle.signatures or {})
            given = answers(candidate, signature, samples, work / "answers")
        return parity.compare(expected, given, signature)[0], samples, floor_ratio


def _recorded_signature(bundle: Bundle) -> str | None:
    name = _recorded_samples(bundle.origin).get("signature")
    return name if isinstance(name, str) else None


def _recorded_samples(origin: Mapping[str, Any]) -> Mapping[str, Any]:
    recorded = origin.get("samples")
    return recorded if isinstance(recorded, Mapping) else {}


def _kind(bundle: Bundle) -> Kind:
    """Return what the manifest says the bundle is, or the runtime's strictest kind."""
    named = bundle.origin.get("candidate")
    kinds = [kind for kind in KINDS if kind.runtime == bundle.runtime]
    return next((kind for kind in kinds if kind.name == named), kinds[0])


def _judge(
    options: VerifyOptions,
    origin: Mapping[str, Any],
    samples: Samples,
    now: Parity,
    then: Parity | None,
    floor_ratio: float,
) -> str | None:
    """Return why the answers do not pass, or None.

    On the samples that the manifest records they may stray as far as they did then; on others as
    far as a candidate of this kind may (see ``choice.gate``).
    """
    kind = next((k for k in KINDS if k.name == origin.get("candidate")), KINDS[0])
    same = _recorded_samples(origin).get("sha256") == samples.sha256
    if then is None or not same or options.max_error_ratio is not None:
        return choice.gate(
            kind,
            now,
            None,
            synthetic=False,
            max_error_ratio=options.max_error_ratio,
            floor_ratio=floor_ratio,
        )
    before = {output.output: output for output in then.outputs}
    for output in now.outputs:
        earlier = before.get(output.output)
        if earlier is None:
            return f"The manifest records no parity for the output {output.output!r}."
        most = max(earlier.error_ratio * (1 + SLACK_RATIO), parity.SAME_ANSWERS_RATIO, floor_ratio)
        if output.error_ratio > most:
            return (
                f"On the recorded samples the largest error on {output.output!r} is now "
                f"{output.error_ratio:.2g} of the output's range; when the bundle was made it was "
                f"{earlier.error_ratio:.2g}."
            )
    return None


def _about(samples: Samples, origin: Mapping[str, Any]) -> list[str]:
    if _recorded_samples(origin).get("sha256") == samples.sha256:
        return []
    told = (
        f"The samples ({samples.source}) are not those that the bundle was made with, so that the "
        "general limits count."
    )
    return [told]
