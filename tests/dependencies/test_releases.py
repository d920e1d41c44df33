import pytest
from packaging.specifiers import SpecifierSet

from tests.dependencies.lines import page
from wherry.dependencies.releases import File, tags_fit, version_of

FITTING = (
    "django-5.2.8-py3-none-any.whl",
    "six-1.17.0-py2.py3-none-any.whl",
    "numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-2.1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    "opencv_python-4.11.0.86-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "psutil-5.9.8-cp36-abi3-manylinux_2_12_x86_64.manylinux2010_x86_64.whl",
    "libclang-18.1.1-py2.py3-none-manylinux2010_x86_64.whl",
    "old-1.0-py36-none-any.whl",
    "torch-2.13.0+cpu-cp312-cp312-linux_x86_64.whl",
)
NOT_FITTING = (
    "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-2.3.5-cp313-cp313-manylinux_2_28_x86_64.whl",
    "numpy-2.3.5-cp312-cp312t-manylinux_2_28_x86_64.whl",
    "numpy-2.1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
    "numpy-2.1.0-cp312-cp312-manylinux_2_17_aarch64.whl",
    "numpy-2.1.0-cp312-cp312-win_amd64.whl",
    "numpy-2.1.0-cp312-cp312-macosx_14_0_arm64.whl",
    "numpy-2.1.0-cp312-cp312-manylinux_2_40_x86_64.whl",
    "pywin32-304-cp311-cp311-win32.whl",
    "old-1.0-py2-none-any.whl",
    "newer-1.0-py313-none-any.whl",
    "pypy-1.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl",
    "cryptography-46.0-cp314-abi3-manylinux_2_28_x86_64.whl",
    "broken.whl",
)


@pytest.mark.parametrize("filename", FITTING)
def test_a_wheel_that_fits_is_seen(filename: str) -> None:
    assert tags_fit(filename, (3, 12))


@pytest.mark.parametrize("filename", NOT_FITTING)
def test_a_wheel_for_others_is_not(filename: str) -> None:
    assert not tags_fit(filename, (3, 12))


@pytest.mark.parametrize(
    ("filename", "version"),
    [
        ("scipy-1.9.3.tar.gz", "1.9.3"),
        ("numpy-1.19.5.zip", "1.19.5"),
        ("django-rest-framework-0.1.0.tar.gz", "0.1.0"),
        ("torch-2.13.0+cpu-cp312-cp312-linux_x86_64.whl", "2.13.0+cpu"),
        ("setuptools-1.0-py2.7.egg", ""),
    ],
)
def test_a_file_tells_its_version(filename: str, version: str) -> None:
    assert version_of(filename) == version


def test_what_the_metadata_refuses_does_not_fit() -> None:
    file = File("numba-0.53-py3-none-any.whl", "", requires_python=">=3.6,<3.10")
    assert file.fits((3, 9))
    assert not file.fits((3, 10))


def test_a_late_patch_release_is_meant() -> None:
    assert File("x-1-py3-none-any.whl", "", requires_python=">=3.12.4").fits((3, 12))


def test_what_cannot_be_read_is_no_obstacle() -> None:
    assert File("x-1-py3-none-any.whl", "", requires_python="3.x please").fits((3, 12))


def test_releases_are_newest_first_and_without_pre_releases() -> None:
    found = page("x", "x-1.0.tar.gz", "x-1.10.tar.gz", "x-1.9.tar.gz", "x-2.0rc1.tar.gz")
    assert [r.text for r in found.allowed(SpecifierSet(">=1.5"))] == ["1.10", "1.9"]


def test_a_pre_release_counts_where_there_is_nothing_else() -> None:
    found = page("x", "x-1.0.tar.gz", "x-2.0rc1.tar.gz")
    assert [r.text for r in found.allowed(SpecifierSet(">=2.0rc1"))] == ["2.0rc1"]
