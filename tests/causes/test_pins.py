"""Every version that a remedy names can be installed where the remedy is offered.

Asks the package index for metadata only (by uv, which builds and installs nothing).
"""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import uv

from wherry.causes.catalogue import CATALOGUE
from wherry.causes.cause import python_range
from wherry.causes.filling import fill
from wherry.platforms import hosts

OLDEST, NEWEST = (3, 8), (3, 14)  # what uv resolves for, and what hosts build with
# Published as source only, and said to be so; and what is not on the index: Wherry itself, and
# PyTorch's builds for processors.
SOURCE_ONLY = {"mysqlclient"}
ELSEWHERE = {"wherry", "torch", "--extra-index-url"}


def lines() -> dict[tuple[int, int], dict[str, set[str]]]:
    """The requirements to try, by Python and package."""
    heroku = [
        tuple(map(int, str(version).split(".")))
        for version in hosts.get().fact("pythons").text.split(", ")
    ]
    found: dict[tuple[int, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entry in CATALOGUE:
        for remedy in entry.remedies:
            first, last = python_range(remedy.pythons) if remedy.pythons else (None, None)
            ends = {max(first, OLDEST), min(last, NEWEST)} if first and last else {heroku[1]}
            for item in remedy.edits:
                if "requirements" not in fill(item.file):
                    continue
                for line in fill(item.text).splitlines():
                    name = re.split(r"[\[=<~ ]", line.removeprefix("# "))[0]
                    if name not in SOURCE_ONLY | ELSEWHERE and not line.startswith("#"):
                        for end in ends:
                            found[end][name].add(line)
    return found


def rounds() -> list[tuple[str, tuple[str, ...]]]:
    """Sets of lines that do not name one package twice: each is one question to the index."""
    asked = []
    for python, packages in sorted(lines().items()):
        for turn in range(max(map(len, packages.values()))):
            chosen = [sorted(of)[turn] for of in packages.values() if turn < len(of)]
            asked.append((".".join(map(str, python)), tuple(sorted(chosen))))
    return asked


@pytest.mark.parametrize(("python", "requirements"), rounds())
def test_it_can_be_installed(python: str, requirements: tuple[str, ...], tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.in"
    wanted.write_text("\n".join(requirements))
    # Without the last one, uv looks for that Python, and tries to download it.
    options = "--quiet --no-deps --only-binary=:all: --python-platform=linux --no-python-downloads"
    answer = subprocess.run(
        [
            *(uv.find_uv_bin(), "pip", "compile", *options.split()),
            *(f"--python-version={python}", str(wanted)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "error sending request" in answer.stderr:
        pytest.skip("the package index cannot be reached")
    assert answer.returncode == 0, answer.stderr


def test_there_is_something_to_try() -> None:
    assert sum(len(requirements) for _, requirements in rounds()) > 40


def test_a_version_that_does_not_exist_would_be_seen(tmp_path: Path) -> None:
    """The question is one that can be answered with no."""
    with pytest.raises(AssertionError, match=r"no versions? of|there is no version"):
        test_it_can_be_installed("3.12", ("tensorflow-cpu==2.20.99",), tmp_path)


def test_a_wheel_that_is_missing_for_a_python_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has no wheels with a matching Python"):
        test_it_can_be_installed("3.14", ("tensorflow-cpu==2.15.1",), tmp_path)
