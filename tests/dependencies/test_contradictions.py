from tests.dependencies.lines import line, lines
from wherry.dependencies.contradictions import contradictions, pins, repeated, set_aside
from wherry.dependencies.metadata import Metadata
from wherry.dependencies.requirement import RequirementLine


def _conflicts(text: str, wants: dict[str, tuple[str, ...]]) -> list[str]:
    asked = lines(text)
    metadata: dict[RequirementLine, Metadata] = {
        item: Metadata(item.exact or "0", wants.get(item.key, ())) for item in asked
    }
    return [conflict.reason for conflict in contradictions(pins(asked, metadata), (3, 11))]


def test_a_pin_that_another_forbids() -> None:
    found = _conflicts("tensorflow==2.12.0\nnumpy==1.26.4", {"tensorflow": ("numpy<1.24,>=1.22",)})
    assert found == ["tensorflow 2.12.0 wants numpy<1.24,>=1.22"]


def test_every_independent_one_is_found() -> None:
    found = _conflicts(
        "tensorflow==2.12.0\nnumpy==1.26.4\nflask==3.0.0\nwerkzeug==2.0.3",
        {"tensorflow": ("numpy<1.24",), "flask": ("Werkzeug>=3.0.0",)},
    )
    assert len(found) == 2


def test_pins_that_get_on_are_left_alone() -> None:
    wants = {"tensorflow": ("numpy<1.24,>=1.22", "six>=1.12")}
    assert _conflicts("tensorflow==2.12.0\nnumpy==1.23.5\nsix==1.17.0", wants) == []


def test_a_demand_of_another_python_or_of_an_extra_is_none() -> None:
    wants = {
        "pandas": ('numpy>=1.26; python_version >= "3.12"', "numpy>=9; extra == 'test'"),
    }
    assert _conflicts("pandas==2.1.4\nnumpy==1.25.2", wants) == []


def test_a_pre_release_may_satisfy() -> None:
    wants = {"tensorflow": ("keras>=3.0",)}
    assert _conflicts("tensorflow==2.16.1\nkeras==3.1.0rc1", wants) == []


def test_one_package_in_two_versions() -> None:
    found = repeated(lines("django==4.2\nDjango==3.2"))
    assert [conflict.set_aside.text for conflict in found] == ["Django==3.2"]


def test_the_same_line_twice_is_no_contradiction() -> None:
    assert repeated(lines("django==4.2\ndjango==4.2.0")) == []


def test_what_the_project_is_built_around_stays() -> None:
    tensorflow, numpy = line("tensorflow==2.12.0"), line("numpy==1.26.4", 2)
    assert set_aside((tensorflow, numpy), demanded=numpy) is numpy
    assert set_aside((numpy, tensorflow), demanded=tensorflow) is numpy
