"""The compressed slug against Heroku's two limits."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import known, lines
from wherry.doctor.rules.estimates.app_files import app_contents, deployed, slugignore
from wherry.doctor.rules.estimates.packages import is_complete, weighed
from wherry.doctor.rules.estimates.shown import shown_file_bytes
from wherry.estimate.slug import SlugPrediction, predict_slug
from wherry.findings import Confidence, Evidence, FileSpan, Finding, How
from wherry.project.host_python import uses_image

_USUAL_PYTHON: Final = (3, 13)
_SHOWN_PARTS: Final = 3
# Nearly every TensorFlow, and that for processors alone too, is over the soft limit; Heroku says
# so at each push, and nothing comes of it. From twice the limit on something can be left out.
_WORTH_RATIO: Final = 2.0


def prediction(context: Context) -> SlugPrediction:
    """Return how large the slug becomes."""
    ignored = slugignore(context.project)
    files = [entry for entry in deployed(context.project) if not ignored(entry.path)]
    return predict_slug(weighed(context), context.python or _USUAL_PYTHON, app_contents(files))


def _check(context: Context) -> Iterator[Finding]:
    hard = context.target.number("slug_limit_bytes")
    soft = context.target.number("slug_soft_limit_bytes")
    if hard is None or soft is None or uses_image(context.project, context.target.platform.name):
        return
    slug = prediction(context)
    guess = slug.prediction
    if guess.value <= soft or (guess.low <= soft and not is_complete(context)):
        return
    if guess.high < soft * _WORTH_RATIO:
        return
    over = guess.low > hard
    if not over and not _installs(context):
        return
    yield found(
        "slug-too-large",
        *_where(context),
        severity=Severity.ERROR if over else Severity.WARNING,
        confidence=Confidence.HIGH if guess.low > soft else Confidence.MEDIUM,
        values={
            "size": f"about {shown_file_bytes(guess.value)}",
            "requirements": context.project.requirements.file or "requirements.txt",
        },
        evidence=(
            guess.evidence(hard if over else soft),
            _at_level("gzip -1", slug.fastest_bytes),
            _at_level("gzip -9", slug.smallest_bytes),
            *(
                Evidence(part.name, round(part.value), How.ESTIMATED, unit="bytes")
                for part in guess.largest(_SHOWN_PARTS)
            ),
        ),
    )


def _at_level(level: str, size_bytes: float) -> Evidence:
    return Evidence(
        f"the same with {level} (gzip -6 is assumed)",
        round(size_bytes),
        How.ESTIMATED,
        unit="bytes",
    )


def _installs(context: Context) -> bool:
    """Whether the requirements install as they stand: else what will be built is not known yet."""
    if any(line.url.startswith("file:") for line in lines(context)):
        return False
    resolution = known(context)
    return resolution is None or not (resolution.troubles or resolution.conflicts)


def _where(context: Context) -> tuple[FileSpan, ...]:
    file = context.project.requirements.file
    return (FileSpan(file),) if file else ()


RULE: Final = Rule("slug-too-large", ("slug-too-large",), _check)
