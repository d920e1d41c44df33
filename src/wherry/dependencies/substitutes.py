"""Packages that are the wrong ones on a Linux host, and what takes their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Substitute:
    """What to require instead.

    Attributes:
        name: The package; "" where the line just goes.
        same_version: Whether the version goes with it.
    """

    name: str
    same_version: bool = False


WINDOWS_ONLY: Final = frozenset(
    (
        *("pywin32", "pypiwin32", "pywinpty", "tensorflow-intel", "twisted-iocpsupport"),
        *("win-unicode-console", "windows-curses", "tensorflow-directml", "pyhook", "winshell"),
        *("tensorflow-directml-plugin", "kivy-deps-angle", "kivy-deps-glew", "kivy-deps-sdl2"),
        *("kivy-deps-gstreamer", "pyaudiowpatch", "winrt", "wmi", "pycaw", "pywinauto"),
    )
)
"""Those that are of no use elsewhere; the index says it of others."""

MACOS_ONLY: Final = frozenset(
    ("tensorflow-macos", "tensorflow-metal", "pyobjc-core", "pyobjc-framework-cocoa", "pyobjc")
)

# Names of Debian's and others' systems that `pip freeze` writes down, and that no index has.
NO_PACKAGES: Final = frozenset(
    ("pkg-resources", "command-not-found", "python-apt", "ubuntu-advantage-tools")
)

SUBSTITUTES: Final[Mapping[str, Substitute]] = {
    "tensorflow-gpu": Substitute("tensorflow-cpu", same_version=True),
    "tensorflow-intel": Substitute(""),
    "tensorflow-macos": Substitute("tensorflow-cpu", same_version=True),
    "tensorflow-metal": Substitute(""),
    "tf-nightly-gpu": Substitute("tensorflow-cpu"),
    "tflite-runtime": Substitute("ai-edge-litert"),
    "sklearn": Substitute("scikit-learn"),
    "scikitlearn": Substitute("scikit-learn"),
    "cv2": Substitute("opencv-python-headless"),
    "opencv": Substitute("opencv-python-headless"),
    "pil": Substitute("pillow"),
    "image": Substitute("pillow"),
    "skimage": Substitute("scikit-image"),
    "yaml": Substitute("pyyaml"),
    "dotenv": Substitute("python-dotenv"),
    "decouple": Substitute("python-decouple"),
    "bs4": Substitute("beautifulsoup4"),
    "beautifulsoup": Substitute("beautifulsoup4"),
    "mysqldb": Substitute("mysqlclient"),
    "rest-framework": Substitute("djangorestframework"),
    "djangorest": Substitute("djangorestframework"),
    "django-restframework": Substitute("djangorestframework"),
    "corsheaders": Substitute("django-cors-headers"),
    "crispy-forms": Substitute("django-crispy-forms"),
    "dateutil": Substitute("python-dateutil"),
    "memcache": Substitute("python-memcached"),
    "psycopg2-bin": Substitute("psycopg2-binary"),
    "gunicron": Substitute("gunicorn"),
    "guincorn": Substitute("gunicorn"),
    "white-noise": Substitute("whitenoise"),
    "tensor-flow": Substitute("tensorflow-cpu"),
    "tenserflow": Substitute("tensorflow-cpu"),
    "tensorflow-keras": Substitute("tensorflow-cpu"),
    "matplot": Substitute("matplotlib"),
    "opencv-python-headeless": Substitute("opencv-python-headless"),
}
"""What people require under a wrong name, in the index's form."""


def gone(name: str) -> bool:
    """Whether a line of that name just goes on a Linux host."""
    found = SUBSTITUTES.get(name)
    return name in WINDOWS_ONLY or name in NO_PACKAGES or (found is not None and not found.name)


READY_MADE: Final[Mapping[str, str]] = {"psycopg2": "psycopg2-binary"}
"""The same with its libraries in it, where the first is published as source only."""
