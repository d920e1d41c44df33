from dataclasses import replace

import numpy as np
import pytest

from tests.shrink.report.reports import classifier, nothing_worked
from wherry.shrink.records import Outcome, Parity, Preference, ShrinkReport
from wherry.shrink.report.table import Column, build_table
from wherry.tensors import Datatype, Signature, TensorSpec


def column(report: ShrinkReport, key: str) -> Column:
    return next(one for one in build_table(report).columns if one.key == key)


def keys(report: ShrinkReport) -> list[str]:
    return [one.key for one in build_table(report).columns]


@pytest.mark.parametrize(
    ("prefer", "second"),
    [
        (Preference.LATENCY, "litert float32"),
        (Preference.MEMORY, "litert dynamic-int8"),
        (Preference.SIZE, "litert dynamic-int8"),
    ],
)
def test_the_chosen_stands_first_and_the_refused_last(prefer: Preference, second: str) -> None:
    """Between them, best first by what was preferred."""
    names = [row.name for row in build_table(replace(classifier(), prefer=prefer)).rows]
    assert names[:2] == ["litert float16", second]
    assert names[-1] == "litert int8"
    assert len(names) == 7


def test_cells_stand_in_the_order_of_the_rows_and_in_one_unit() -> None:
    file = column(classifier(), "file_bytes")
    assert (file.unit, file.cells[0], file.cells[-1]) == ("MiB", "6.72", "3.71")
    load = column(classifier(), "load_s")
    assert (load.unit, load.cells[-2]) == ("ms", "1,310")


def test_accuracy_is_a_column_only_where_there_are_labels() -> None:
    assert {"accuracy", "drop"} <= set(keys(classifier()))
    assert not {"accuracy", "drop"} & set(keys(classifier(labelled=False)))
    assert column(classifier(), "drop").cells[-1] == "1.94 (1.10 to 2.80)"


def test_a_classifier_has_top_1_and_no_column_of_equal_items() -> None:
    assert "top1_agreement" in keys(classifier())
    assert "agreement" not in keys(classifier())


def test_a_model_that_answers_in_text_has_a_column_of_equal_items() -> None:
    """And none of top-1, which text does not have."""

    def words(outcome: Outcome) -> Outcome:
        output = replace(
            outcome.parity.outputs[0], output="word", agreement=0.75, top1_agreement=None
        )
        signature = Signature(
            "serving_default",
            (TensorSpec("text", Datatype.BYTES, (-1,)),),
            (TensorSpec("word", Datatype.BYTES, (-1,)),),
        )
        candidate = replace(outcome.candidate, signatures={"serving_default": signature})
        return replace(outcome, candidate=candidate, parity=Parity((output,), 4))

    report = classifier()
    report = replace(report, outcomes=tuple(map(words, report.outcomes)))
    assert column(report, "agreement").cells == ("75.00",) * 7
    assert "top1_agreement" not in keys(report)


def test_a_batch_size_that_one_candidate_lacks_is_a_dash() -> None:
    """A model without a batch axis is measured at 1 only."""
    report = classifier()
    first = report.outcomes[0]
    alone = replace(first, measurement=replace(first.measurement, latency_s={1: 0.003}))
    report = replace(report, outcomes=(alone, *report.outcomes[1:]))
    assert column(report, "latency_8_s").cells[1] == "-"
    assert column(report, "latency_1_s").cells[1] == "3.00"
    assert column(report, "latency_8_s").cells[0] == "22.9"


def test_no_candidates_give_no_rows() -> None:
    table = build_table(nothing_worked())
    assert table.rows == ()
    assert all(one.cells == () for one in table.columns)


def test_samples_are_not_looked_at() -> None:
    """The table is the same whatever the inputs hold."""
    report = classifier()
    inputs = {"image": np.full((360, 1), np.nan, np.float32)}
    other = replace(report, samples=replace(report.samples, inputs=inputs))
    assert build_table(other) == build_table(report)
