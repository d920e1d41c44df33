from tests.dependencies.lines import line, page
from wherry.dependencies.fitting import fit, span
from wherry.dependencies.resolution import Trouble

_TAIL = "manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


def _wheel(name: str, version: str, python: int) -> str:
    return f"{name}-{version}-cp3{python}-cp3{python}-{_TAIL}"


SCIPY = page(
    "scipy",
    *(_wheel("scipy", "1.4.1", python) for python in (7, 8)),
    "scipy-1.4.1.tar.gz",
    *(_wheel("scipy", "1.11.2", python) for python in (11, 12)),
    *(_wheel("scipy", "1.11.4", python) for python in (11, 12)),
    *(_wheel("scipy", "1.16.3", python) for python in (12, 13, 14)),
)
TORCH = page("torch", _wheel("torch", "1.13.0", 10), _wheel("torch", "2.2.0", 12))


def test_the_newest_that_is_allowed_is_taken() -> None:
    found = fit(line("scipy<1.12"), SCIPY, (3, 12))
    assert found.release is not None
    assert found.release.text == "1.11.4"
    assert found.wheel is not None
    assert found.trouble is None


def test_the_source_is_taken_where_no_wheel_fits() -> None:
    found = fit(line("scipy==1.4.1"), SCIPY, (3, 12))
    assert found.wheel is None
    assert found.source is not None
    assert found.source.filename == "scipy-1.4.1.tar.gz"


def test_a_pin_that_is_too_old_for_this_python() -> None:
    trouble = fit(line("torch==1.13.0"), TORCH, (3, 12)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.PYTHON_TOO_NEW
    assert trouble.detail == "its files are for Python 3.10"
    assert trouble.replacement == "torch==2.2.0"


def test_a_pin_that_is_too_new_for_this_python() -> None:
    trouble = fit(line("torch==2.2.0"), TORCH, (3, 10)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.PYTHON_TOO_OLD
    assert trouble.replacement == "torch==1.13.0"


def test_the_metadata_may_say_so_too() -> None:
    numba = page("numba", "numba-0.48.0.tar.gz", requires_python=">=3.6,<3.9")
    trouble = fit(line("numba==0.48.0"), numba, (3, 12)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.PYTHON_TOO_NEW
    assert trouble.detail == "it asks for Python >=3.6,<3.9"


def test_the_nearest_series_in_its_last_patch_release_is_offered() -> None:
    trouble = fit(line("scipy==99"), SCIPY, (3, 12)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.NO_VERSION
    assert trouble.replacement == "scipy==1.16.3"


def test_there_is_no_such_package() -> None:
    trouble = fit(line("cv2"), None, (3, 12)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.NO_PACKAGE


def test_a_release_for_windows_only() -> None:
    pywin32 = page("pywin32", "pywin32-304-cp312-cp312-win32.whl")
    trouble = fit(line("pywin32==304"), pywin32, (3, 12)).trouble
    assert trouble is not None
    assert trouble.trouble is Trouble.NO_WHEEL


def test_pip_takes_a_pre_release_where_nothing_else_fits() -> None:
    tensorflow = page(
        "tensorflow", _wheel("tensorflow", "2.21.0", 13), _wheel("tensorflow", "2.22.0rc0", 14)
    )
    found = fit(line("tensorflow"), tensorflow, (3, 14))
    assert found.trouble is None
    assert found.release is not None
    assert found.release.text == "2.22.0rc0"


def test_versions_are_said_as_people_do() -> None:
    assert span([(3, 8), (3, 6), (3, 7)]) == "3.6 to 3.8"
    assert span([(3, 12)]) == "3.12"
