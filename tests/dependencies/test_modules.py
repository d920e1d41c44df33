import pytest

from wherry.dependencies.modules import (
    closure,
    known_modules,
    may_provide,
    nearest_package,
    providers,
)


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("cv2", "opencv-python-headless"),
        ("PIL", "pillow"),
        ("rest_framework", "djangorestframework"),
        ("decouple", "python-decouple"),
        ("environ", "django-environ"),
        ("numpy", "numpy"),
        ("nobody_knows", ""),
    ],
)
def test_the_usual_package_comes_first(module: str, package: str) -> None:
    assert (*providers(module), "")[0] == package


def test_what_comes_along_comes_along() -> None:
    assert {"numpy", "h5py", "six"} <= closure(["tensorflow-cpu"])
    assert "numpy" not in closure(["django", "gunicorn"])


def test_a_package_of_no_table_may_hold_what_is_called_like_it() -> None:
    assert may_provide("django-leaflet", "leaflet")
    assert may_provide("Leaflet_Something", "leaflet")
    assert not may_provide("django", "leaflet")
    assert not may_provide("opencv-python", "opencv")


def test_a_table_knows_both_ways() -> None:
    assert "cv2" in known_modules("opencv-python")
    assert known_modules("nobody-knows") == frozenset()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cv2", "opencv-python-headless"),
        ("Rest_Framework", "djangorestframework"),
        ("pilow", "pillow"),
        ("tensorfow", "tensorflow"),
        ("matplotlip", "matplotlib"),
        ("our-own-private-tool", ""),
    ],
)
def test_what_somebody_means(name: str, meant: str) -> None:
    assert nearest_package(name) == meant
