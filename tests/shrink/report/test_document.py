import json
import math
from dataclasses import replace
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from tests.shrink.report.reports import classifier, hostile, nothing_worked
from wherry.shrink.report.document import finite, to_dict


def test_the_document_says_what_was_chosen_and_why() -> None:
    document = json.loads(json.dumps(to_dict(classifier()), allow_nan=False))
    assert document["schema"] == "wherry.shrink"
    assert document["schema_version"] == 1
    assert document["chosen"] == "litert float16"
    chosen = next(one for one in document["candidates"] if one["chosen"])
    assert chosen["candidate"] == "litert float16"
    assert chosen["measurement"]["latency_s"] == pytest.approx({"1": 0.00291, "8": 0.0229})
    assert chosen["parity"]["outputs"][0]["output"] == "probabilities"
    assert chosen["accuracy"]["drop_high"] == 0.0014
    assert document["samples"]["inputs"] == {"image": {"dtype": "float32", "shape": [360, 2, 2, 3]}}
    assert document["options"]["model"] == "mobilenet_v2.keras"


def test_all_numbers_finite_are_not_flagged() -> None:
    assert to_dict(classifier())["not_finite"] == {}
    assert to_dict(nothing_worked())["not_finite"] == {}


def test_infinity_is_null_and_its_place_is_told() -> None:
    report = classifier()
    first = report.outcomes[0]
    output = replace(first.parity.outputs[0], range=0.0, cosine=math.nan)
    parity = replace(first.parity, outputs=(output,))
    document = to_dict(replace(report, outcomes=(replace(first, parity=parity),)))
    assert json.loads(json.dumps(document, allow_nan=False))["not_finite"] == {
        "/candidates/0/parity/error_ratio": "inf",
        "/candidates/0/parity/outputs/0/error_ratio": "inf",
        "/candidates/0/parity/outputs/0/cosine": "nan",
    }


def test_errors_are_told_by_their_quantiles() -> None:
    report = classifier()
    errors = {"probabilities": np.arange(101, dtype=np.float32), "embedding": np.zeros(0)}
    document = to_dict(replace(report, outcomes=(replace(report.outcomes[0], errors=errors),)))
    (candidate,) = json.loads(json.dumps(document))["candidates"]
    quantiles = candidate["abs_error_quantiles"]
    assert quantiles["probabilities"] == {
        "p0": 0, "p25": 25, "p50": 50, "p75": 75, "p90": 90, "p99": 99, "p100": 100
    }  # fmt: skip
    assert quantiles["embedding"] == {}


def test_equal_reports_give_equal_text_whatever_the_order_of_their_mappings() -> None:
    report = classifier()
    turned = replace(
        report,
        versions=dict(reversed(report.versions.items())),
        options=dict(reversed(report.options.items())),
    )
    assert json.dumps(to_dict(turned)) == json.dumps(to_dict(report))


class Colour(Enum):
    RED = "red"


def test_every_option_becomes_plain() -> None:
    odd = {
        "path": Path("a/b"),
        "enum": Colour.RED,
        "set": {"b", "a"},
        "number": np.float32(math.inf),
        "pair": (1, np.int64(2)),
        "a/b~c": {"deep": -math.inf},
        "broken": "caf\udce9",
        "bytes": b"x",
    }
    document = finite(odd)
    assert document["path"] == "a/b"
    assert document["enum"] == "red"
    assert document["set"] == ["a", "b"]
    assert document["pair"] == [1, 2]
    assert document["not_finite"] == {"/number": "inf", "/a~1b~0c/deep": "-inf"}
    json.dumps(document, allow_nan=False).encode()


def test_hostile_text_is_kept_as_it_is() -> None:
    """JSON escapes it; nothing is lost for a program."""
    report = hostile()
    assert json.loads(json.dumps(to_dict(report)))["model"] == report.model
