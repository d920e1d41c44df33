"""The corpus: its list of cases, how a case is judged, how a bundle is asked, and its page."""

import ast
import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.corpus import asking, data, page, running
from benchmarks.corpus.cases import CASES, FOLDS, REFUSALS, Case
from benchmarks.corpus.judging import Run, matched, own_error, problems, sentence
from benchmarks.corpus.made import NotMade, made
from benchmarks.corpus.makers.__main__ import vary
from benchmarks.corpus.makers.recipes import RECIPES
from benchmarks.corpus.making import MAKERS

from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec

ALL = (*CASES, *REFUSALS, *(case for cases in FOLDS.values() for case in cases))
PLAIN = Case("2.21", "dense_digits", "keras")
REFUSED = Case("2.8", "with_lambda", "h5", (), ("Lambda", "--allow-lambda"))
EXPECTED: dict[str, Array] = {"y": np.linspace(0, 1, 40, dtype=np.float32).reshape(20, 2)}


def report(chosen: str = "litert float32", error_ratio: float | None = 1e-6) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "why": "It is the fastest.",
        "candidates": [{"candidate": "litert float32", "parity": {"error_ratio": error_ratio}}],
    }


GOOD = Run(0, 12.0, "", report(), bundle_left=True, answers=EXPECTED)


def test_each_case_has_a_name_of_its_own_and_a_recipe() -> None:
    for module in ("first_generation", "objects", "pictures", "signatures", "tables", "texts"):
        import_module(f"benchmarks.corpus.makers.{module}")

    assert len({case.name for case in ALL}) == len(ALL)
    assert {case.recipe for case in ALL if case.form != "wheel"} <= set(RECIPES)


def test_there_are_cases_of_every_version_that_the_issue_names() -> None:
    assert {case.writer for case in CASES} == {"1.15", "2.4", "2.8", "2.15", "2.16", "2.18", "2.21"}
    assert len(CASES) >= 40
    assert len(REFUSALS) <= 0.05 * len((*CASES, *REFUSALS))


def test_files_named_in_options_are_there() -> None:
    named = [option for case in ALL for option in case.options if option.endswith(".py")]

    assert named
    assert all(Path(option.format(makers=MAKERS)).is_file() for option in named)


@pytest.mark.parametrize("path", sorted(MAKERS.rglob("*.py")), ids=lambda path: path.stem)
def test_recipes_are_python_3_7(path: Path) -> None:
    """They run beside TensorFlow 1.15."""
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 7))

    names = {
        getattr(node.func, "attr", "") for node in ast.walk(tree) if isinstance(node, ast.Call)
    }
    assert not names & {"removeprefix", "removesuffix"}


def test_data_is_whole_and_needs_no_network(tmp_path: Path) -> None:
    with np.load(data.write(tmp_path / "data.npz"), allow_pickle=False) as stored:
        assert stored["digits"].shape == (1797, 8, 8)
        assert stored["text_ids"].max() < 400
        assert len(stored["texts"]) == len(stored["texts_labels"]) > 300
        assert stored["images"].std(axis=0).max() > 20


def test_an_output_that_ignores_the_samples_makes_no_case() -> None:
    constant = np.tile(np.float32([0.1, 0.9]), (20, 1))

    with pytest.raises(ValueError, match="hardly varies"):
        vary("y", constant + np.random.default_rng(0).normal(size=constant.shape) * 1e-4)
    with pytest.raises(ValueError, match="same for all"):
        vary("y", np.array(["a", "a"]))


def test_an_output_that_varies_does() -> None:
    assert vary("y", EXPECTED["y"]) > 0.9
    assert vary("y", np.array(["a", "b"])) == 1.0


def test_a_good_run_has_no_problem() -> None:
    assert problems(PLAIN, GOOD, EXPECTED) == []


def test_a_reduced_format_may_stray() -> None:
    near = {"y": EXPECTED["y"] + np.float32(0.005)}
    run = replace(GOOD, report=report("litert int8"), answers=near)

    assert problems(PLAIN, run, EXPECTED) == []


def test_a_bundle_that_strays_from_the_writer_is_wrong_whatever_the_report_says() -> None:
    run = replace(GOOD, answers={"y": EXPECTED["y"] + np.float32(0.001)})

    (said,) = problems(PLAIN, run, EXPECTED)
    assert "1.0e-03" in said


@pytest.mark.parametrize("error_ratio", [1e-4, 0.2, None])
def test_a_float32_candidate_that_strays_is_wrong_even_if_not_chosen(
    error_ratio: float | None,
) -> None:
    run = replace(GOOD, report=report("tensorflow original", error_ratio))

    assert "litert float32 strays" in problems(PLAIN, run, EXPECTED)[0]


def test_a_trace_is_wrong_for_models_and_for_refusals() -> None:
    trace = "Traceback (most recent call last):\n  ...\nKeyError: 'x'"

    for case in (PLAIN, REFUSED):
        (said,) = problems(case, Run(1, 1.0, trace), EXPECTED)
        assert "KeyError" in said


def test_no_bundle_where_there_should_be_one_is_wrong() -> None:
    run = Run(2, 1.0, "[ 0.0 s] reading\nwherry: It cannot be read.\n")

    assert problems(PLAIN, run, EXPECTED) == ["Exit status 2: It cannot be read."]


def test_a_refusal_with_its_sentence_is_right() -> None:
    run = Run(2, 1.0, "wherry: It holds code: the lambda layer x. Give --allow-lambda.\n")

    assert problems(REFUSED, run, {}) == []


def test_a_refusal_with_another_reason_or_half_a_bundle_is_wrong() -> None:
    other = Run(2, 1.0, "wherry: The disk is full.\n")
    half = Run(2, 1.0, "wherry: Lambda layers need --allow-lambda.\n", bundle_left=True)

    assert "does not say Lambda" in problems(REFUSED, other, {})[0]
    assert problems(REFUSED, half, {}) == ["A bundle was left behind."]
    assert "was not" in problems(REFUSED, GOOD, {})[0]


def test_the_sentence_is_the_last_one_said_or_the_reports() -> None:
    nothing = {"chosen": None, "why": "All were refused.", "candidates": []}

    assert sentence(Run(2, 1.0, "wherry: a\nnoise\nwherry: b\n")) == "b"
    assert sentence(Run(1, 1.0, "", nothing)) == "All were refused."


def test_outputs_with_other_names_are_paired_by_what_they_hold() -> None:
    expected = {"first": EXPECTED["y"], "second": EXPECTED["y"] + 1}
    answers = {"output_0": expected["second"], "output_1": expected["first"]}

    assert matched(answers, expected) == [("first", "output_1"), ("second", "output_0")]
    assert own_error(answers, expected) == 0


def test_a_bundle_without_an_output_is_as_wrong_as_can_be() -> None:
    lacking = replace(GOOD, answers={"z": EXPECTED["y"][:5]})

    (said,) = problems(PLAIN, lacking, EXPECTED)
    assert "inf" in said


def test_text_and_integers_must_be_equal() -> None:
    expected = {"word": np.array([b"a", b"b"]), "index": np.array([1, 2])}

    assert own_error(expected, expected) == 0
    assert own_error(expected | {"index": np.array([1, 3])}, expected) == 0.5


def signature(*shape: int, datatype: Datatype = Datatype.FP32) -> Signature:
    return Signature("serve", (TensorSpec("x", datatype, shape),), ())


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [((VARIABLE, 3), [(16, 3), (4, 3)]), ((1, 3), [(1, 3)] * 20), ((3,), [(3,)] * 20)],
    ids=["any batch", "batch of one", "no batch axis"],
)
def test_a_bundle_is_asked_as_its_signature_wants(
    shape: tuple[int, ...], sizes: list[tuple[int, ...]]
) -> None:
    x = np.zeros((20, 3), np.float32)

    assert [batch["x"].shape for batch in asking.batches(signature(*shape), {"x": x})] == sizes


def test_samples_are_cast_as_the_signature_wants(tmp_path: Path) -> None:
    np.savez(tmp_path / "text.npz", other=np.array(["ä", "b"]), labels=np.array([0, 1]))
    np.savez(tmp_path / "numbers.npz", x=np.arange(6).reshape(2, 3))

    text = asking.samples_for(signature(VARIABLE, datatype=Datatype.BYTES), tmp_path / "text.npz")
    numbers = asking.samples_for(signature(VARIABLE, 3), tmp_path / "numbers.npz")

    assert text["x"].tolist() == ["ä".encode(), b"b"]
    assert numbers["x"].dtype == np.float32


def test_a_model_that_failed_to_be_made_says_why(tmp_path: Path) -> None:
    folder = tmp_path / PLAIN.name
    folder.mkdir()
    with pytest.raises(NotMade, match="never made"):
        made(tmp_path, PLAIN)
    (folder / "made.json").write_text(json.dumps({"error": "ValueError: y hardly varies"}))
    with pytest.raises(NotMade, match="hardly varies"):
        made(tmp_path, PLAIN)


def test_a_row_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / PLAIN.name
    folder.mkdir()
    told = {"model": "model.keras", "title": "", "tensorflow": "", "keras": "", "python": ""}
    (folder / "made.json").write_text(json.dumps(told | {"bytes": 1}))
    program = "import sys; sys.exit(f'wherry: {sys.argv[2]} is no model.')"
    monkeypatch.setattr(running, "WHERRY", (sys.executable, "-c", program))

    row = running.run_case(tmp_path, tmp_path / "bundles", PLAIN)

    assert row["problems"] == ["Exit status 1: model.keras is no model."]
    assert row["reason"] == "model.keras is no model."
    assert str(tmp_path) not in json.dumps(row)


ROW = {
    "name": "tf2.21-a-keras",
    "writer": "2.21",
    "refusal": False,
    "passed": True,
    "problems": [],
    "chosen": "litert int8",
    "original_bytes": 2_000_000,
    "bytes": {"litert int8": 250_000},
    "own_error": 2e-3,
    "seconds": 61.4,
}
RESULT = {
    "date": "2026-11-25",
    "commit": "abc",
    "machine": {"cpu": "A CPU", "cores": 2, "python": "3.13.0"},
    "figures": [],
}


def test_the_page_shows_each_case_with_sizes_and_error() -> None:
    text = page.page(RESULT | {"cases": [ROW]})

    (line,) = (line for line in text.splitlines() if "tf2.21-a-keras" in line)
    cells = [cell.strip() for cell in line.split("|")[1:-1]]
    assert cells == ["tf2.21-a-keras", "TF 2.21", "litert int8", "2,000", "250", "2e-03", "61"]
    assert "1 of 1 models end in a servable bundle" in text
    assert "Not as they should be" not in text


def test_the_page_says_aloud_what_is_wrong() -> None:
    bad = ROW | {"name": "tf2.4-b-h5", "passed": False, "problems": ["It strays."]}
    figure = {"figure": "inspect", "asked": "under 1 s", "measured": "2 s", "reached": False}

    text = page.page(RESULT | {"cases": [ROW, bad], "figures": [figure]})

    assert "1 of 2 models" in text
    assert "- `tf2.4-b-h5`: It strays." in text
    assert "**not reached**" in text
