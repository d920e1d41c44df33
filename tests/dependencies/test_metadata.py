import pytest

from wherry.dependencies.metadata import read_metadata

TEXT = """Metadata-Version: 2.1
Name: celery
Version: 4.4.2
Requires-Dist: pytz (>dev)
Requires-Dist: billiard (<4.0,>=3.6.3.0)
Requires-Dist: redis (>=3.2.0) ; extra == 'redis'
Requires-Dist: typing ; python_version < "3.5"

The description says Requires-Dist: nothing.
"""


def test_what_breaks_the_standard_is_named() -> None:
    assert read_metadata(TEXT).faults == ("pytz (>dev)",)


@pytest.mark.parametrize("text", ["torch>=1.7.*", "PyYAML>=5.1.*", "six~=1"])
def test_other_faults_that_pip_refuses(text: str) -> None:
    assert read_metadata(f"Version: 1\nRequires-Dist: {text}\n").faults == (text,)


@pytest.mark.parametrize(
    "text", ["numpy (>=1.20)", "torch==1.7.*", "six>=1.0,<2", "x @ https://a.test/x.whl"]
)
def test_what_the_standard_allows_is_accepted(text: str) -> None:
    assert read_metadata(f"Version: 1\nRequires-Dist: {text}\n").faults == ()


def test_demands_are_those_of_this_python_and_these_extras() -> None:
    known = read_metadata(TEXT)
    assert [demand.name for demand in known.demands((3, 12))] == ["billiard"]
    assert [demand.name for demand in known.demands((3, 12), ["Redis"])] == ["billiard", "redis"]
