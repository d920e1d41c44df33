"""The signatures as a whole: every name is one, every cause with a look in a log has one."""

import pytest

from tests.signatures.reading import read
from wherry.causes.catalogue import CATALOGUE, SYMPTOMS
from wherry.causes.cause import Cause
from wherry.causes.symptom import Symptom
from wherry.explain.story.telling import SETTLED, explainable
from wherry.signatures.catalogue import SIGNATURES, names
from wherry.signatures.events import Event
from wherry.signatures.signature import MARK, sees
from wherry.signatures.words import required_words, split_words

CAUSES = {cause.name for cause in CATALOGUE}
CODES = {code for symptom in SYMPTOMS for code in (symptom.code, *symptom.aliases)}
# A list of packages shows what is installed, and not whether somebody pinned it.
NOT_IN_A_LOG = {"tf-unpinned", "django-unpinned"}


def test_every_name_is_a_cause_or_a_symptom() -> None:
    assert names() <= CAUSES | CODES
    assert SETTLED <= CAUSES


def test_every_cause_that_shows_in_a_log_can_be_explained() -> None:
    shown = {cause.name for cause in CATALOGUE if cause.looks_like}
    assert shown - explainable() == NOT_IN_A_LOG


# Their lines are those of other causes too; what settles them is tested where it is settled.
ONLY_BESIDE_OTHERS = {
    "project-not-at-root",
    "sdist-needs-old-setuptools",
    "database-at-import",
    "gunicorn20-no-pkg-resources",
    "wsgi-module-not-found",
    "import-case-mismatch",
    "django-too-old-for-python",
    "migrations-not-committed",
    "model-downloaded-at-request",
    "pretrained-weights-downloaded",
    "memory-grows-with-requests",
    "ipv6-bind-on-fir",
    "restart-after-change",
    "application-error",
    "gpu-tensorflow-on-cpu-dyno",
    "procfile-misnamed",
    "too-many-workers",
    "outbound-call-without-timeout",
}


@pytest.mark.parametrize(
    "cause",
    [
        cause
        for cause in CATALOGUE
        if cause.looks_like and cause.name not in NOT_IN_A_LOG | ONLY_BESIDE_OTHERS
    ],
    ids=lambda cause: cause.name,
)
def test_its_lines_together_lead_to_it(cause: Cause) -> None:
    explanation = read("\n".join(cause.looks_like) + "\n")
    found = {
        name.name
        for finding in explanation.findings
        for name in (finding.cause, *finding.alternatives)
    }
    assert cause.name in found


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda symptom: symptom.code)
def test_a_symptom_alone_leads_to_a_candidate_or_to_its_line(symptom: Symptom) -> None:
    for line in symptom.looks_like:
        if line.startswith("Process running mem=") or "was sent SIGKILL" in line:
            continue  # no symptom by themselves
        explanation = read(f"2024-01-01T00:00:00.000000+00:00 heroku[web.1]: {line}\n")
        found = {
            cause.name
            for finding in explanation.findings
            for cause in (finding.cause, *finding.alternatives)
        }
        candidates = {candidate.cause for candidate in symptom.candidates}
        assert found & candidates or explanation.outside, line


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"No module named '(?P<module>\w+)'", {"No", "module", "named"}),
        (r"code=(?P<code>H\d\d)", {"code"}),
        (r"exited? with status", {"with", "status"}),
        (r"Error R14 \(Memory quota exceeded\)", {"Error", "R14", "Memory", "quota", "exceeded"}),
        (r"foo\w+ bar", {"bar"}),
        (r"lib\.so: cannot", {"lib", "so", "cannot"}),
        (r"a b+ c", {"a", "c"}),
        (r"x  +y", {"x", "y"}),
        (r"x {2,9}y", {"x", "y"}),
        (r"x (?:y|z) v", {"x", "v"}),
    ],
)
def test_the_words_that_a_pattern_demands(pattern: str, words: set[str]) -> None:
    assert required_words(pattern) == (frozenset(word.encode() for word in words),)


def test_each_branch_demands_its_own() -> None:
    assert required_words("one two|three") == (frozenset((b"one", b"two")), frozenset((b"three",)))


@pytest.mark.parametrize("pattern", [r"\d+", r"fo+", r"(?:a|b)", r"foo|\w+", r"x?"])
def test_a_pattern_that_demands_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no whole word"):
        required_words(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "seen"),
    [
        ("out of memory", "it ran out of memory", True),
        ("out of memory", "out of memoryless", False),
        ("out of memory", "about of memory", False),
        (r"code=H\d\d now", "code=H12 now", True),
    ],
)
def test_a_pattern_begins_and_ends_where_a_word_does(pattern: str, text: str, seen: bool) -> None:
    (signature,) = sees("disk-full", pattern)
    assert (signature.read(Event(text, 1)) is not None) is seen


def test_what_matches_has_the_words() -> None:
    """Or it would never be tried: on every line that a cause is known by."""
    for cause in CATALOGUE:
        for line in cause.looks_like:
            for signature in SIGNATURES:
                if signature.pattern.search(line):
                    branches = [other for other in SIGNATURES if other.pattern == signature.pattern]
                    said = split_words(line)
                    assert any(branch.words <= said for branch in branches), (line, signature)


def test_marks_are_no_findings() -> None:
    assert all(
        name.startswith(MARK) or name in CAUSES | CODES
        for signature in SIGNATURES
        for name in signature.names
    )
