"""``scripts/bench buildpack``: slugs with and without the buildpack, built by the real commands."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.buildpack.apps import KINDS, LITERT, PLAIN, SAVED, USUAL, Kind, install, push
from benchmarks.serving.environments import KEPT, REPOSITORY
from benchmarks.serving.machine import commit, machine
from benchmarks.slug.building import slug_bytes
from wherry.dependencies.uv_program import find_uv

DATA: Final = REPOSITORY / "docs" / "benchmarks" / "buildpack.json"
_SCRIPTS: Final = REPOSITORY / "buildpack" / "bin"
_TIMEOUT_S: Final = 1800
_MB: Final = 1_000_000
# What the whole may come to: design/clarified.md and issue 7.
LITERT_MOST_BYTES: Final = 70 * _MB
LITERT_MOST_BEYOND_BYTES: Final = 45 * _MB
SAVED_MOST_RATIO: Final = 0.6
WARM_MOST_S: Final = 5.0


def main() -> int:
    """Build what the command line names; 1 where a bar is missed."""
    options = _options()
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    wheel = _wheel(work)
    rows = _before() if options.only else {}
    for kind in KINDS:
        if options.only and not any(word in kind.name for word in options.only):
            continue
        print(f"Building {kind.name} ...", file=sys.stderr, flush=True)
        rows[kind.name] = _measure(kind, work, options.python, wheel)
        print(_text(rows[kind.name]), flush=True)
    bars = list(_bars(rows))
    for told, _ in bars:
        print(told)
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "python": options.python,
        "slugs": list(rows.values()),
        "bars": [told for told, _ in bars],
    }
    DATA.write_text(json.dumps(document, indent=1) + "\n")
    return 0 if all(held for _, held in bars) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench buildpack", description=__doc__)
    parser.add_argument("--python", default="3.13")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="projects so called, anew")
    parser.add_argument("--work", type=Path, default=KEPT / "buildpack")
    return parser.parse_args()


def _before() -> dict[str, dict[str, Any]]:
    """Return what was measured before, by the project's name."""
    return {row["name"]: row for row in json.loads(DATA.read_text())["slugs"]}


def _wheel(work: Path) -> Path:
    """Build Wherry's own wheel, which no index has."""
    folder = work / "wheel"
    for old in folder.glob("*.whl"):
        old.unlink()
    subprocess.run(
        [find_uv(), "build", "--quiet", "--wheel", "--out-dir", folder, REPOSITORY],
        check=True,
        timeout=_TIMEOUT_S,
    )
    return next(folder.glob("*.whl"))


def _measure(kind: Kind, work: Path, python: str, wheel: Path) -> dict[str, Any]:
    """Build a project cold, and once more with what the first build left in the cache."""
    build, cache = work / "build", work / "cache" / kind.name.replace(" ", "-")
    shutil.rmtree(cache, ignore_errors=True)
    row: dict[str, Any] = {"name": kind.name}
    for time_of in ("cold", "warm") if kind.models else ("cold",):
        push(kind, build, python)
        install(kind, build, python, wheel)
        row[f"{time_of}_s"], row[f"{time_of}_cpu_s"], row["said"] = _compile(kind, build, cache)
    row["slug_bytes"] = slug_bytes(build)
    row["unpacked_bytes"] = sum(
        path.lstat().st_size for path in build.rglob("*") if path.is_file() or path.is_symlink()
    )
    return row


def _compile(kind: Kind, build: Path, cache: Path) -> tuple[float, float, str]:
    """Run bin/compile; return its seconds, those of processor time, and what it printed."""
    cache.mkdir(parents=True, exist_ok=True)
    before = os.times()
    # The usual project is built without this buildpack.
    script = "detect" if kind.usual else "compile"
    result = subprocess.run(
        ["sh", _SCRIPTS / script, build, cache, cache],
        check=True,
        timeout=_TIMEOUT_S,
        capture_output=True,
        text=True,
    )
    after = os.times()
    spent_s = after.children_user + after.children_system
    spent_s -= before.children_user + before.children_system
    return round(after.elapsed - before.elapsed, 2), round(spent_s, 2), result.stdout


def _text(row: dict[str, Any]) -> str:
    return f"{row['name']:<42} {row['slug_bytes'] / _MB:7.1f} MB"


def _bars(rows: dict[str, dict[str, Any]]) -> list[tuple[str, bool]]:
    plain, litert, saved, usual = (
        rows[kind.name]["slug_bytes"] for kind in (PLAIN, LITERT, SAVED, USUAL)
    )
    warm_s = max(rows[kind.name]["warm_s"] for kind in (LITERT, SAVED))
    return [
        _bar("LiteRT bundle, whole", litert / _MB, LITERT_MOST_BYTES / _MB, "MB"),
        _bar(
            "LiteRT bundle, beyond the plain project",
            (litert - plain) / _MB,
            LITERT_MOST_BEYOND_BYTES / _MB,
            "MB",
        ),
        _bar("SavedModel, to tensorflow-cpu as usual", saved / usual, SAVED_MOST_RATIO, ""),
        _bar("warm build beyond pip", warm_s, WARM_MOST_S, "s"),
    ]


def _bar(what: str, value: float, most: float, unit: str) -> tuple[str, bool]:
    held = value <= most
    return f"{what}: {value:.2f} {unit} (at most {most:g}) {'held' if held else 'MISSED'}", held


if __name__ == "__main__":
    sys.exit(main())
