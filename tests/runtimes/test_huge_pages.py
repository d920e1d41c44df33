"""Memory that is in use is moved to huge pages, and no other."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from wherry.runtimes import huge_pages

MIB = 2**20
PROGRAM = f"""
import mmap, re
from pathlib import Path
from wherry.runtimes.huge_pages import use_huge_pages

def kib(name):
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(rf"^{{name}}: +([0-9]+) kB", text, re.M)[1])

full = mmap.mmap(-1, 16 * {MIB}, flags=mmap.MAP_PRIVATE)
sparse = mmap.mmap(-1, 64 * {MIB}, flags=mmap.MAP_PRIVATE)
for at in range(0, len(full), 4096):
    full[at : at + 8] = at.to_bytes(8, "big")
for at in range(0, len(sparse), 2 * 4096):
    sparse[at] = 1
before, huge_before = kib("Anonymous"), kib("AnonHugePages")
moved = use_huge_pages()
right = all(full[at : at + 8] == at.to_bytes(8, "big") for at in range(0, len(full), 4096))
print(moved, kib("AnonHugePages") - huge_before, kib("Anonymous") - before, right)
"""


def has_collapse() -> bool:
    """Whether this machine's kernel moves memory to huge pages when it is asked to."""
    version = tuple(int(part) for part in platform.release().split(".")[:2])
    return version >= (6, 1) and huge_pages._huge_page_bytes() is not None


def test_memory_in_use_is_moved_and_hardly_any_is_added() -> None:
    """What is half empty stays where it is."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    moved, huge_kib, added_kib, right = done.stdout.split()
    assert right == "True"
    if has_collapse():
        assert int(moved) >= 12 * MIB
        assert int(huge_kib) >= 12 * 1024
    else:
        assert int(moved) == 0
    # 64 MiB half empty would have taken 32 more.
    assert int(added_kib) < 6 * 1024


@pytest.mark.parametrize("enabled", ["always madvise [never]\n", None])
def test_an_administrator_may_turn_them_off(
    enabled: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a system may not have them."""
    if enabled is not None:
        (tmp_path / "enabled").write_text(enabled)
        (tmp_path / "hpage_pmd_size").write_text("2097152\n")
    monkeypatch.setattr(huge_pages, "_SETTINGS", tmp_path)
    assert huge_pages.use_huge_pages() == 0
