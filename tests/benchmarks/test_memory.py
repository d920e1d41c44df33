"""The benchmark of memory: its cases fit its environments and recipes."""

import ast

import pytest
from benchmarks.memory import making, views
from benchmarks.memory.cases import CASES, ENVIRONMENTS, Case

from wherry.estimate.libraries import costs


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_case_can_be_made_and_predicted(case: Case) -> None:
    assert case.environment in ENVIRONMENTS
    assert set(case.libraries) <= set(costs().libraries)
    if case.loader is not None:
        assert case.model.rpartition(".")[2] in making.MAKERS
        ast.parse(views.VIEWS[case.loader].format(path="/a/model"))


def test_names_are_not_given_twice() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_views_of_a_plain_site_are_a_module() -> None:
    ast.parse(views.PLAIN)
