"""What the same sources compile to on each Python."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.slug.building import packed_bytes
from benchmarks.slug.interpreters import installed

# Packages of the benchmark's own environment: a framework, a library of numbers, one of charts.
_SOURCES: Final = ("django", "sklearn", "matplotlib", "sqlparse", "asgiref", "PIL", "fontTools")
_TIMEOUT_S: Final = 600


def bytecode_bytes(version: str, folder: Path) -> int:
    """Return what the bytecode of these packages comes to, packed, on one Python."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in _SOURCES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        home = Path(spec.origin).parent
        for source in home.rglob("*.py"):
            target = folder / name / source.relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    subprocess.run(
        [installed(version) / "bin" / f"python{version}", "-m", "compileall", "-q", folder],
        # Templates of programs that are no modules do not compile, here as at an installation.
        check=False,
        timeout=_TIMEOUT_S,
        env={name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    size = packed_bytes(folder.rglob("*.pyc"))[6]
    shutil.rmtree(folder)
    return size
