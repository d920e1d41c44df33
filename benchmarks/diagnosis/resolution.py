"""How long a resolution of a broken list takes, beside one cold ``uv pip compile`` of its repair.

Both begin with empty caches, one after the other, several times; the quickest of each is taken,
since a name server's lost answer alone costs five seconds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Resolution
from wherry.dependencies.resolving import resolve
from wherry.dependencies.uv_program import find_uv
from wherry.doctor.resolving import offered_pythons
from wherry.estimate import requirement_lines
from wherry.platforms import hosts
from wherry.project.project import read_project

MOST_COLD: Final = 3.0
MOST_WARM_S: Final = 3.0
LISTS: Final = Path(__file__).with_name("lists")
_PYTHON: Final = (3, 14)
_ROW: Final = "{:16} {:>5} {:>7} {:>9} {:>9} {:>6} {:>7}"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, the quickest of several.

    Attributes:
        compile_s: One cold ``uv pip compile`` of the repaired list.
    """

    name: str
    lines: int
    moves: int
    cold_s: float
    warm_s: float
    compile_s: float

    @property
    def reached(self) -> bool:
        """Whether both bars are reached."""
        return self.cold_s <= MOST_COLD * self.compile_s and self.warm_s <= MOST_WARM_S


def measure(path: Path, rounds: int) -> Times:
    """Resolve one list cold and warm, and compile its repair cold, in turns."""
    lines = _lines(path)
    cold, warm, compiled = [], [], []
    moves = 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="wherry-resolution-") as name:
            caches = Path(name)
            os.environ["UV_CACHE_DIR"] = str(caches / "uv")
            os.environ["WHERRY_CACHE"] = str(caches / "wherry")
            seconds, found = _resolved(lines)
            cold.append(seconds)
            warm.append(_resolved(lines)[0])
            repair = found.repairs[0]
            moves = len(repair.moves)
            compiled.append(_compiled(lines, found, caches))
    return Times(path.stem, len(lines), moves, min(cold), min(warm), min(compiled))


def table(times: list[Times]) -> Iterator[str]:
    """Say how long each took."""
    yield _ROW.format("list", "lines", "moved", "cold", "compile", "ratio", "warm")
    for one in times:
        ratio = one.cold_s / one.compile_s
        cells = (
            f"{one.cold_s:.2f} s",
            f"{one.compile_s:.2f} s",
            f"{ratio:.2f}",
            f"{one.warm_s:.2f} s",
        )
        yield _ROW.format(one.name, one.lines, one.moves, *cells)
    yield f"asked: a ratio of {MOST_COLD:.0f} at most, {MOST_WARM_S:.0f} s warm"


def _lines(path: Path) -> tuple[RequirementLine, ...]:
    with tempfile.TemporaryDirectory(prefix="wherry-list-") as name:
        shutil.copy(path, Path(name, "requirements.txt"))
        return requirement_lines.installed(read_project(Path(name)).requirements)


def _resolved(lines: tuple[RequirementLine, ...]) -> tuple[float, Resolution]:
    pythons = offered_pythons(hosts.get(hosts.DEFAULT))
    began = time.perf_counter()
    found = resolve(lines, _PYTHON, pythons=pythons)
    return time.perf_counter() - began, found


def _compiled(lines: tuple[RequirementLine, ...], found: Resolution, caches: Path) -> float:
    """Compile the list as it was repaired, without what would have to be built for it."""
    repair = found.repairs[0]
    moved = {move.line: move.to for move in repair.moves}
    built = {trouble.line for trouble in found.troubles if trouble.builds}
    texts = [text for line in lines if line not in built if (text := moved.get(line, line.text))]
    asked, excluded = caches / "repaired.in", caches / "excluded.txt"
    asked.write_text("\n".join(texts) + "\n", encoding="utf-8")
    renamed = {line for line, to in moved.items() if to and not to.startswith(line.name)}
    renamed |= {line for line, to in moved.items() if to and to.startswith(f"{line.name}-")}
    excluded.write_text("\n".join(line.key for line in built | renamed), encoding="utf-8")
    command = [
        *(find_uv(), "pip", "compile", str(asked), "--quiet", "--no-config"),
        *("--python-version", f"{repair.python[0]}.{repair.python[1]}"),
        *("--python-platform", "linux", "--only-binary", ":all:", "--excludes", str(excluded)),
        *("--python", sys.executable, "--no-python-downloads"),
    ]
    environment = {**os.environ, "UV_CACHE_DIR": str(caches / "compile"), "UV_HTTP_RETRIES": "1"}
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
