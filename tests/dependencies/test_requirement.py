import pytest

from tests.dependencies.lines import line


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("numpy==1.26.4", "1.26.4"),
        ("numpy===1.26.4", "1.26.4"),
        ("numpy==1.26.*", None),
        ("numpy>=1.26", None),
        ("numpy", None),
    ],
)
def test_a_pin_names_one_version(text: str, pin: str | None) -> None:
    assert line(text).exact == pin


@pytest.mark.parametrize(
    ("marker", "applies"),
    [
        ('sys_platform == "win32"', False),
        ('platform_system == "Windows"', False),
        ('python_version < "3.9"', False),
        ('python_version >= "3.12"', True),
        ('extra == "gpu"', False),
    ],
)
def test_a_marker_is_that_of_the_host(marker: str, applies: bool) -> None:
    assert line(f"pywin32==304 ; {marker}").applies((3, 12)) is applies


def test_names_are_compared_as_the_index_does() -> None:
    assert line("Scikit_Learn==1.7.2").key == "scikit-learn"


def test_a_finding_names_it_in_short() -> None:
    assert line("uvicorn[standard]>=0.30, <1").text == "uvicorn[standard]<1,>=0.30"
