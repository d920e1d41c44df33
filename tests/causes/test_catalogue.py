"""The catalogue is whole: nothing twice, nothing that leads nowhere, every fact covered."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.causes.fact_ids import FAILURE_CAUSES, FAULT_FREQUENCY
from wherry.causes.catalogue import CATALOGUE, SYMPTOMS, cause, find, symptom
from wherry.causes.cause import Cause, Stage, python_range, run
from wherry.causes.filling import fill
from wherry.causes.symptom import Symptom
from wherry.errors import InvalidInput
from wherry.platforms import hosts

FAMILIES = {family for target in hosts.targets() for family in target.families}
CODES = [entry.code for entry in CATALOGUE]
PEOPLE_SEARCH_FOR = """
R10 R12 R14 R15 H10 H12 H13 H14 H18 H20 H27 H99 worker-timeout exit-137 no-open-ports
application-failed-to-respond
"""
LOGGED = """
H10 H11 H12 H13 H14 H15 H17 H18 H19 H20 H21 H22 H25 H27 H28 H31 H32 H80 H81 H82 H83 H99
R10 R12 R13 R14 R15 R16 R17 R99 L10 L11 L12 L13 L14 L15
"""
each_cause = pytest.mark.parametrize("entry", CATALOGUE, ids=CODES)


def texts(entry: Cause) -> Iterator[str]:
    """Every text of it that is a template."""
    yield from (entry.title, entry.why, entry.check.text, *entry.check.commands)
    for remedy in entry.remedies:
        yield from (remedy.text, remedy.needs, *remedy.commands)
        for item in remedy.edits:
            yield from (item.file, item.text)


def test_codes_names_and_aliases_are_given_once() -> None:
    words = [
        word.lower() for entry in CATALOGUE for word in (entry.code, entry.name, *entry.aliases)
    ]
    words += [word.lower() for entry in SYMPTOMS for word in (entry.code, *entry.aliases)]
    assert [word for word, count in Counter(words).items() if count > 1] == []


def test_titles_and_reasons_are_not_copies() -> None:
    for what in ("title", "why"):
        counted = Counter(getattr(entry, what) for entry in CATALOGUE)
        assert counted.most_common(1)[0][1] == 1


@pytest.mark.parametrize("word", [*FAILURE_CAUSES, *FAULT_FREQUENCY])
def test_every_fact_is_covered(word: str) -> None:
    entry = find(word)
    assert isinstance(entry, Cause)
    plain = word.lower().replace("_", "-")
    assert plain in {name.lower().replace("_", "-") for name in (entry.name, *entry.aliases)}


def test_there_are_enough_and_each_stage_has_some() -> None:
    assert len(CATALOGUE) >= 110
    assert {entry.stage for entry in CATALOGUE} == set(Stage)


@each_cause
def test_a_cause_is_complete(entry: Cause) -> None:
    assert re.fullmatch(r"WH[1-79]\d\d", entry.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name)
    assert not entry.title.endswith(".")
    assert len(fill(entry.title)) <= 100
    assert fill(entry.why).endswith(".")
    assert len(entry.why) > 60
    assert entry.remedies
    assert entry.sources
    assert entry.check.text
    assert entry.check.commands
    assert all(name in {other.name for other in CATALOGUE} for name in entry.related)
    assert entry.name not in entry.related
    assert entry.platforms is None or entry.platforms <= FAMILIES


@each_cause
def test_a_remedy_is_something_to_do(entry: Cause) -> None:
    for remedy in entry.remedies:
        assert remedy.commands or remedy.edits
        assert remedy.text[0].isupper()
        assert remedy.text[-1] in ".:"
        assert remedy.platforms is None or remedy.platforms <= FAMILIES
        first, last = python_range(remedy.pythons or "3.0-3.99")
        assert first <= last


@each_cause
def test_a_remedy_is_left_wherever_the_cause_occurs(entry: Cause) -> None:
    """Or the reader is told what is wrong, and left alone with it."""
    for target in hosts.targets():
        if entry.platforms is None or entry.platforms & target.families:
            assert entry.offered(target.families), target.name


@each_cause
def test_nothing_is_left_unfilled(entry: Cause) -> None:
    for text in texts(entry):
        filled = fill(text)
        assert not re.search(r"\{[a-z_]+(:[^{}|]*)?\|", filled), filled


@each_cause
def test_no_remedy_preloads(entry: Cause) -> None:
    """TensorFlow hangs in a worker that was forked after it had been loaded."""
    for remedy in entry.remedies:
        assert "preload" not in repr(remedy)


@each_cause
def test_wherry_is_never_the_only_remedy(entry: Cause) -> None:
    ways = [remedy for remedy in entry.remedies if "wherry" not in repr(remedy).lower()]
    doctor = [remedy for remedy in entry.remedies if "wherry doctor" in repr(remedy)]
    assert ways or doctor


@pytest.mark.parametrize("entry", SYMPTOMS, ids=[entry.code for entry in SYMPTOMS])
def test_a_symptom_has_candidates_that_exist(entry: Symptom) -> None:
    names = [candidate.cause for candidate in entry.candidates]
    assert names
    assert len(set(names)) == len(names)
    for candidate in entry.candidates:
        assert cause(candidate.cause)
        assert candidate.settled_by
    assert entry.looks_like
    assert entry.sources
    assert fill(entry.meaning).endswith(".")


@pytest.mark.parametrize(
    "code",
    PEOPLE_SEARCH_FOR.split(),
)
def test_the_symptoms_that_people_search_for(code: str) -> None:
    assert find(code.lower()) is symptom(code)


@pytest.mark.parametrize(
    "code",
    LOGGED.split(),
)
def test_every_code_of_heroku_that_is_still_logged(code: str) -> None:
    """H16, H23, H24 and H26 are no longer logged by its present router; R11 was removed."""
    assert isinstance(find(code), Symptom)


@pytest.mark.parametrize(
    "word",
    ["WH302", "wh302", "memory_quota_exceeded", " Memory-Quota-Exceeded ", "memory quota exceeded"],
)
def test_any_spelling_finds_it(word: str) -> None:
    assert find(word) is cause("memory-quota-exceeded")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("slug-to-large", "slug-too-large"),
        ("tensorflow-cpu", "tensorflow"),
        ("H112", "H12"),
        ("worker-timout", "worker-timeout"),
        ("libgl", "missing-libgl"),
    ],
)
def test_an_unknown_word_is_told_what_is_near(word: str, near: str) -> None:
    with pytest.raises(InvalidInput, match=rf"no cause or symptom called '{word}'.*{near}"):
        find(word)


@pytest.mark.parametrize("word", ["", "qqqqqq", "WH999"])
def test_a_word_that_is_near_nothing_is_not_guessed_at(word: str) -> None:
    with pytest.raises(InvalidInput, match="`wherry causes` lists all of them") as told:
        find(word)
    if word != "WH999":
        assert "Did you mean" not in str(told.value)


def test_a_remedy_is_offered_where_it_works() -> None:
    remedy = run("Do it.", "true", on="heroku-cedar", pythons="3.9-3.11")
    assert remedy.fits()
    assert remedy.fits({"heroku", "heroku-cedar"}, (3, 11))
    assert remedy.fits(None, (3, 9))


def test_a_remedy_is_kept_back_where_it_does_not() -> None:
    remedy = run("Do it.", "true", on="heroku-cedar", pythons="3.9-3.11")
    assert not remedy.fits({"heroku", "heroku-fir"}, (3, 11))
    assert not remedy.fits({"render"})
    assert not remedy.fits({"heroku", "heroku-cedar"}, (3, 12))
    assert not remedy.fits(None, (3, 8))


def test_open_ranges_of_python() -> None:
    assert run("Do it.", "true", pythons="3.13-").fits(None, (3, 14))
    assert not run("Do it.", "true", pythons="3.13-").fits(None, (3, 12))
    assert run("Do it.", "true", pythons="-3.11").fits(None, (3, 6))
    assert not run("Do it.", "true", pythons="-3.11").fits(None, (3, 12))


def test_fir_is_offered_no_slugignore() -> None:
    offered = cause("training-data-in-slug").offered(hosts.get("heroku:dyno-1c-0.5gb").families)
    assert ".slugignore" not in repr(offered)
    assert ".slugignore" in repr(cause("training-data-in-slug").remedies)


def test_tensorflow_1_is_never_a_way_out_on_heroku() -> None:
    for entry in CATALOGUE:
        for remedy in entry.offered(hosts.get("heroku:eco").families):
            assert not re.search(r"tensorflow(-cpu)?==1\.", repr(remedy)), entry.code
