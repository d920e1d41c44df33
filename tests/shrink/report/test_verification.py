import io
import json
from dataclasses import replace

from tests.shrink.report.reports import HOSTILE, classifier
from wherry.shrink.report.terminal import plain_console
from wherry.shrink.report.verification import (
    FileCheck,
    Verification,
    print_verification,
    to_dict,
)

PARITY = classifier().outcomes[1].parity
GOOD = Verification(
    bundle="build/digits",
    files=(FileCheck("model.tflite", 6_720_000, "9f86d081884c7d65" * 4),),
    against="models/digits.keras",
    recorded=PARITY,
    now=PARITY,
    passed=True,
)
BAD = replace(
    GOOD,
    files=(*GOOD.files, FileCheck("labels.txt", 12, "00" * 32, "Its SHA-256 is another.")),
    passed=False,
    sentences=("One file was changed. Write the bundle again.",),
)


def text_of(verification: Verification) -> str:
    stream = io.StringIO()
    print_verification(verification, plain_console(stream, 100))
    return stream.getvalue()


def test_a_bundle_that_holds() -> None:
    """To the letter."""
    assert text_of(GOOD) == (
        "build/digits\n"
        "  same     model.tflite  6.41 MiB  sha256 9f86d081884c\n"
        "  Parity against models/digits.keras on 360 samples:\n"
        "    probabilities: max error 0.042 % of the range (recorded: 0.042 %)\n"
        "    embedding: max error 0.042 % of the range (recorded: 0.042 %)\n"
        "Passed.\n"
    )


def test_a_bundle_that_was_changed() -> None:
    text = text_of(BAD)
    assert "  changed  labels.txt: Its SHA-256 is another.\n" in text
    assert text.endswith("One file was changed. Write the bundle again.\nFailed.\n")
    assert "Passed" not in text


def test_hashes_alone_say_nothing_of_parity() -> None:
    alone = replace(GOOD, now=None, recorded=None, against=None)
    assert "arity" not in text_of(alone)
    assert to_dict(alone)["parity_now"] is None


def test_an_output_that_was_not_recorded_is_not_compared() -> None:
    text = text_of(replace(GOOD, recorded=replace(PARITY, outputs=PARITY.outputs[:1])))
    assert text.count("recorded") == 1
    assert "embedding: max error 0.042 % of the range\n" in text


def test_paths_cannot_steer_the_terminal() -> None:
    text = text_of(replace(BAD, bundle=HOSTILE, against=HOSTILE, sentences=(HOSTILE,)))
    assert "\x1b" not in text


def test_the_document_holds_all_of_it() -> None:
    document = json.loads(json.dumps(to_dict(BAD), allow_nan=False))
    assert document["schema_version"] == 1
    assert document["passed"] is False
    assert [file["wrong"] for file in document["files"]] == [None, "Its SHA-256 is another."]
    assert document["parity_now"]["outputs"][1]["output"] == "embedding"
    assert document["not_finite"] == {}
