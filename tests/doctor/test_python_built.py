"""A Python that the host does not build is not what the other rules go by."""

from pathlib import Path

from tests.doctor.sites import SOUND
from tests.doctor.trees import tree
from wherry.doctor.diagnose import Options, diagnose


def test_a_python_that_is_not_built_hides_no_pin_that_does_not_fit_the_next(
    tmp_path: Path,
) -> None:
    """Both are told at once; on the Python that was asked for, the pins would be in order."""
    pins = "Django==3.2.25\nnumpy==1.19.5\nscipy==1.5.4\ngunicorn==20.1.0\n"
    files = SOUND | {"requirements.txt": pins, "runtime.txt": "python-3.8.20\n"}
    root = tree(tmp_path, {name: text for name, text in files.items() if name != ".python-version"})
    diagnosis = diagnose(root, Options(offline=True))
    assert {"python-version-eol", "pins-not-installable"} <= {
        item.cause.name for item in diagnosis.findings
    }
    assert diagnosis.python == (3, 8)
