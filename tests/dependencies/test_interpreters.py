"""The Pythons of this machine."""

import sys

from wherry.dependencies.interpreters import find_interpreter, nearest_interpreter


def test_interpreters_are_what_they_say() -> None:
    own = sys.version_info[:2]
    found = find_interpreter(own)
    assert found is not None
    assert found.minor == own
    assert (found.stdlib / "os.py").is_file()
    assert find_interpreter((3, 99)) is None
    nearest = nearest_interpreter((3, 99))
    assert nearest is not None
    assert nearest.minor >= own
