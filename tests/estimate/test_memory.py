"""Predicted memory: against sites that were really weighed, and what it adds up."""

import json
from pathlib import Path
from typing import Any

import pytest

from wherry.estimate.libraries import costs
from wherry.estimate.memory import predict_memory
from wherry.estimate.workload import Loader, Model, Serving, Workload

WEIGHED = Path(__file__).parents[2] / "docs" / "benchmarks" / "memory.json"
SITES: list[dict[str, Any]] = json.loads(WEIGHED.read_text())["sites"]
MB = 1_000_000


def workload(row: dict[str, Any]) -> Workload:
    told = row["workload"]
    loader = told["loader"]
    model = (
        ()
        if loader is None
        else (Model("m", Loader(loader), told["model_bytes"], layers=told["layers"]),)
    )
    return Workload(
        Serving("gunicorn", told["workers"], told["threads"]),
        frozenset(told["libraries"]),
        models=model,
        versions=told["versions"],
        cpus=2,
    )


def tensorflow(workers: int = 1, **more: Any) -> Workload:
    return Workload(Serving("gunicorn", workers), frozenset(("tensorflow-cpu",)), **more)


@pytest.mark.parametrize("row", SITES, ids=lambda row: str(row["name"]))
def test_a_site_that_was_weighed_is_predicted(row: dict[str, Any]) -> None:
    told = predict_memory(workload(row))
    assert told.at_boot.value == pytest.approx(row["measured"]["boot_bytes"], rel=0.15)
    after = row["measured"]["predicted_bytes"]
    assert told.after_prediction.value == pytest.approx(after, rel=0.15)
    assert told.after_prediction.low <= after <= told.after_prediction.high


def test_each_worker_counts_and_the_master_once() -> None:
    one = predict_memory(tensorflow(1)).at_boot.value
    two = predict_memory(tensorflow(2)).at_boot.value
    three = predict_memory(tensorflow(3)).at_boot.value
    assert three - two == pytest.approx(two - one)
    assert two < 2 * one


def test_what_is_preloaded_counts_once() -> None:
    apart = predict_memory(Workload(Serving("gunicorn", 4), frozenset(("pandas",))))
    once = predict_memory(Workload(Serving("gunicorn", 4, preload=True), frozenset(("pandas",))))
    assert once.at_boot.value < apart.at_boot.value / 2


def test_a_library_of_two_counts_once() -> None:
    alone = predict_memory(Workload(at_boot=frozenset(("scikit-learn",)))).at_boot.value
    both = predict_memory(Workload(at_boot=frozenset(("scikit-learn", "scipy", "numpy"))))
    assert both.at_boot.value == alone


def test_pandas_comes_with_scikit_learn_only_where_it_is_installed() -> None:
    without = Workload(at_boot=frozenset(("scikit-learn",)))
    with_it = Workload(at_boot=frozenset(("scikit-learn",)), versions={"pandas": "2.3"})
    difference = predict_memory(with_it).at_boot.value - predict_memory(without).at_boot.value
    assert difference > 20 * MB


def test_a_model_that_a_request_loads_is_not_there_at_boot() -> None:
    model = Model("m.keras", Loader.KERAS, 100 * MB, at_boot=False)
    late = predict_memory(tensorflow(models=(model,)))
    assert late.at_boot.value == predict_memory(tensorflow()).at_boot.value
    assert late.after_prediction.value > late.at_boot.value + 100 * MB


def test_a_library_that_a_request_imports_is_not_there_at_boot() -> None:
    late = predict_memory(Workload(at_request=frozenset(("tensorflow",))))
    assert late.at_boot.value < 60 * MB < 200 * MB < late.after_prediction.value


def test_keras_2_holds_more_of_the_same_model_than_keras_3() -> None:
    models = (Model("m", Loader.KERAS, 100 * MB),)
    old, new = (
        predict_memory(tensorflow(models=models, versions={"tensorflow-cpu": version}))
        for version in ("2.15.1", "2.21.0")
    )
    assert old.at_boot.value > new.at_boot.value


def test_one_large_array_costs_more_than_many_small_ones() -> None:
    small, large = (
        predict_memory(
            tensorflow(models=(Model("m", Loader.KERAS, 100 * MB, largest_bytes=size),))
        ).at_boot.value
        for size in (5 * MB, 95 * MB)
    )
    assert large > small + 80 * MB


def test_what_nobody_measured_weighs_nothing() -> None:
    plain = predict_memory(Workload()).at_boot.value
    assert predict_memory(Workload(at_boot=frozenset(("requests",)))).at_boot.value == plain
    assert predict_memory(Workload(Serving("granian"))).at_boot.value < 60 * MB


def test_the_parts_add_up_and_are_named() -> None:
    told = predict_memory(tensorflow(2, models=(Model("m.keras", Loader.KERAS, 10 * MB),)))
    for prediction in (told.at_boot, told.after_prediction):
        assert sum(part.value for part in prediction.parts) == pytest.approx(prediction.value)
        assert prediction.parts[0].name == "import of tensorflow-cpu"
    assert json.loads(json.dumps(told.to_dict())) == told.to_dict()


@pytest.mark.parametrize(
    ("version", "like"),
    [("2.14.1", "2.13"), ("1.15.0", "2.0"), ("2.22.0rc0", "2.21"), ("", "2.21")],
)
def test_a_version_costs_what_the_one_before_it_does(version: str, like: str) -> None:
    library = costs().libraries["tensorflow-cpu"]
    assert library.cost(version) == library.cost(like)


@pytest.mark.parametrize(("root", "names"), [("cv2", 2), ("tensorflow", 2), ("PIL", 1), ("os", 0)])
def test_a_module_leads_to_its_packages(root: str, names: int) -> None:
    assert len(costs().by_module(root)) == names
