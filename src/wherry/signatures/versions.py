"""pip found no version: the list that it names, and what else the log tells, decide why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wherry.signatures.signature import Verdict

_PIN: Final = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)")
_EXACT: Final = re.compile(r"===?\s*v?([\w.!+-]+)")
_LEAST: Final = re.compile(r"[>~]=?\s*v?([\w.!+-]+)")
_BELOW: Final = re.compile(r"<=?\s*v?([\w.!+-]+)")
_NUMBERS: Final = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?")
_PRE: Final = re.compile(r"\d(?:a|b|rc|\.dev)\d")
_NEEDS: Final = re.compile(r"([\w.!+-]+) Requires-Python ([^;]+)")

_TENSORFLOWS_TEXT: Final = """
tensorflow tensorflow-cpu tensorflow-gpu tf-nightly tf-nightly-cpu intel-tensorflow
tensorflow-macos tensorflow-metal tensorflow-rocm tensorflow-text tensorflow-io
tensorflow-addons tensorflow-cpu-aws tensorflow-io-gcs-filesystem
tensorflow-decision-forests tensorflow-aarch64
"""
TENSORFLOWS: Final = frozenset(_TENSORFLOWS_TEXT.split())
_CORE: Final = frozenset(
    ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly", "intel-tensorflow")
)
_WINDOWS_ONLY_TEXT: Final = """
pywin32 pypiwin32 tensorflow-intel pywinpty windows-curses winrt-runtime
tensorflow-directml-plugin tensorflow-directml winloop winsdk pyaudiowpatch
twisted-iocpsupport onnxruntime-directml torch-directml dxcam pycaw
"""
WINDOWS_ONLY: Final = frozenset(_WINDOWS_ONLY_TEXT.split())
_NO_PACKAGES_TEXT: Final = """
pkg-resources cv2 pil sys tkinter json sqlite3 re time datetime math random subprocess os
python mysqldb skimage distutils itertools collections tensorflow-keras apt-clone
command-not-found ufw ubuntu-drivers-common python-apt language-selector cloud-init xkit
screen-resolution-extra unattended-upgrades python-debian ssh-import-id systemd-python
brlapi ubuntu-advantage-tools usb-creator cupshelpers louis defer distro-info
"""
NO_PACKAGES: Final = frozenset(_NO_PACKAGES_TEXT.split())
# Packages that come as wheels alone: an empty list means that none is for this Python.
_WHEELS_ONLY_TEXT: Final = """
torch torchvision torchaudio mediapipe jaxlib open3d onnxruntime onnxruntime-gpu ai-edge-litert
ai-edge-litert-nightly faiss-cpu ray decord xformers tensorrt paddlepaddle vtk pyside6 pyqt6
opencv-python-headless tensorstore
"""
_WHEELS_ONLY: Final = frozenset(_WHEELS_ONLY_TEXT.split())
_LAST_OF_OLD_PIP: Final = (2, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Missing:
    """What pip said, and what the log tells beside it.

    Attributes:
        pin: As pip has it: ``tensorflow==2.4.1``.
        versions: What it could choose from; () where it says "none".
        listed: Whether its list was seen at all.
        ignored: Its list of versions that want another Python.
        python: Of the host, where the log tells.
        pip: Its version, where the log tells.
        machine: A processor or Linux that is not the usual one, where the log tells.
    """

    pin: str
    versions: Sequence[str]
    listed: bool = True
    ignored: str = ""
    python: tuple[int, int] | None = None
    pip: tuple[int, ...] = ()
    machine: str = ""

    @property
    def package(self) -> str:
        """The package's name, in small letters."""
        found = _PIN.match(self.pin)
        return re.sub(r"[-_.]+", "-", found[1].lower()) if found else ""

    @property
    def _specifier(self) -> str:
        found = _PIN.match(self.pin)
        return found[2] if found else ""

    @property
    def exact(self) -> str:
        """The version that it is pinned to, or ""."""
        found = _EXACT.search(self._specifier)
        return found[1] if found else ""

    @property
    def least(self) -> tuple[int, ...]:
        """The lowest version that would do; () where any would."""
        found = _EXACT.search(self._specifier) or _LEAST.search(self._specifier)
        return numbers(found[1]) if found else ()

    @property
    def most(self) -> tuple[int, ...]:
        """The version that all that would do are up to; () where there is no such."""
        found = _EXACT.search(self._specifier) or _BELOW.search(self._specifier)
        return numbers(found[1]) if found else ()

    @property
    def too_low(self) -> bool:
        """Whether everything on offer is older than what is wanted."""
        return bool(self.versions and self.least) and max(map(numbers, self.versions)) < self.least

    @property
    def too_high(self) -> bool:
        """Whether everything on offer is newer than what is wanted."""
        return bool(self.versions and self.most) and min(map(numbers, self.versions)) > self.most


def numbers(version: str) -> tuple[int, ...]:
    """Return the first four numbers of a version."""
    found = _NUMBERS.search(version)
    return tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)


def settle(missing: Missing) -> Verdict:
    """Return why there is no such version."""
    values = {"pin": missing.pin.strip(), "package": missing.package}
    if missing.python is not None:
        values["python"] = ".".join(map(str, missing.python))
    package = missing.package
    if package in WINDOWS_ONLY:
        return Verdict("windows-only-pin", values)
    if package == "tflite-runtime":
        return Verdict("tflite-runtime-abandoned", values)
    if package == "tensorflow-gpu" and missing.versions and _only_stubs(missing):
        return Verdict(
            "tensorflow-gpu-removed",
            values,
            ("tf-no-wheel-for-python",),
            "a Python that has wheels of it would do, where the host has one",
        )
    if package in TENSORFLOWS:
        return _tensorflow(missing, values)
    return _other(missing, values)


def _only_stubs(missing: Missing) -> bool:
    """From 2.12 on there is nothing in it but words."""
    return min(map(numbers, missing.versions)) >= (2, 11)


def _tensorflow(missing: Missing, values: dict[str, str]) -> Verdict:
    # Only a log that has such a line needs the table.
    from wherry.dependencies import tensorflow_table

    release = tensorflow_table.release(missing.exact)
    if release is not None and release.pythons:
        values["pin_python"] = ".".join(map(str, max(release.pythons)))
    if missing.too_low and _old_pip(missing):
        return Verdict("pip-too-old-for-wheel", values)
    if missing.machine or missing.package in ("tensorflow-macos", "tensorflow-metal"):
        return Verdict("tf-no-wheel-for-platform", values)
    if missing.too_high:
        return Verdict("tf-no-wheel-for-python", values)
    if not missing.versions and missing.python is None and not missing.exact:
        return Verdict(
            "tf-no-wheel-for-python",
            values,
            ("tf-no-wheel-for-platform",),
            "what `python --version` and `uname -m` say where it is built: no wheel for that "
            "Python, or none for that processor or that Linux",
            sure=False,
        )
    return Verdict("tf-no-wheel-for-python", values)


def _old_pip(missing: Missing) -> bool:
    """Old pips do not see manylinux2010 and later: their list ends with TensorFlow 2.0's betas."""
    if missing.pip and missing.pip < (19, 0):
        return True
    highest = max(missing.versions, key=numbers)
    betas = numbers(highest) <= _LAST_OF_OLD_PIP and bool(_PRE.search(highest))
    return betas or (1, 13) <= numbers(highest) < (1, 15)


def _other(missing: Missing, values: dict[str, str]) -> Verdict:
    if missing.package in NO_PACKAGES and not missing.versions:
        return Verdict("package-not-found", values)
    wanted = _wanted_python(missing)
    if wanted > 0:
        return Verdict("package-needs-newer-python", values)
    if wanted < 0 or missing.too_high:
        return Verdict("pins-not-installable", values)
    if missing.too_low:
        return _too_low(missing, values)
    if missing.versions:
        return Verdict("pins-not-installable", values)
    if not missing.listed and missing.exact:
        return Verdict(
            "pins-not-installable",
            values,
            ("package-needs-newer-python", "package-not-found"),
            "the line above it, `(from versions: ...)`: what there is, or none",
            sure=False,
        )
    if missing.package in _WHEELS_ONLY:
        return Verdict("pins-not-installable", values)
    return Verdict("package-not-found", values)


def _too_low(missing: Missing, values: dict[str, str]) -> Verdict:
    if missing.python is not None and missing.python >= (3, 11) and not missing.ignored:
        return Verdict(
            "pins-not-installable",
            values,
            ("package-needs-newer-python",),
            "what `pip index versions " + missing.package + "` names as the newest",
        )
    return Verdict("package-needs-newer-python", values)


def _wanted_python(missing: Missing) -> int:
    """Return 1 where what is asked for wants a newer Python, -1 where an older one, else 0."""
    for version, condition in _NEEDS.findall(missing.ignored):
        if missing.exact and numbers(version) != numbers(missing.exact):
            continue
        if not missing.exact and missing.least and numbers(version) < missing.least:
            continue
        low = re.search(r">=?\s*(\d+)\.(\d+)", condition)
        high = re.search(r"<=?\s*(\d+)\.(\d+)", condition)
        if high is None:
            return 1
        if low is None:
            return -1
        return _beside(missing, (int(low[1]), int(low[2])))
    return 0


def _beside(missing: Missing, low: tuple[int, int]) -> int:
    if missing.python is not None:
        return 1 if missing.python < low else -1
    return -1 if missing.too_high or not missing.too_low else 1
