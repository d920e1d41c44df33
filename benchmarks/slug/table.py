"""Write the table of common heavy wheels that is used without an index: ``--table``.

Each root is resolved by itself with uv for one Python; of every wheel that comes with it the list
of files is read, and kept as sums.
"""

import json
import os
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from packaging.tags import Tag, cpython_tags
from packaging.utils import parse_wheel_filename

from benchmarks.serving.environments import REPOSITORY
from benchmarks.slug.measuring import to_document
from wherry.estimate.wheels.contents import contents, members_of
from wherry.estimate.wheels.ranges import Unreadable, remote_contents

PATH: Final = REPOSITORY / "src" / "wherry" / "estimate" / "wheels" / "wheel_table.json"
_TENSORFLOWS: Final = ("2.12.1", "2.13.1", "2.14.1", "2.15.1", "2.16.2", "2.17.1", "2.18.1")
ROOTS: Final = (
    *(
        ("3.11", f"{name}=={version}")
        for version in _TENSORFLOWS
        for name in ("tensorflow", "tensorflow-cpu")
    ),
    *(
        ("3.12", f"{name}=={version}")
        for version in ("2.19.1", "2.20.0", "2.21.0")
        for name in ("tensorflow", "tensorflow-cpu")
    ),
    *(("3.10", f"tensorflow=={version}") for version in ("2.8.4", "2.10.1")),
    *(("3.12", name) for name in ("torch", "torchvision", "transformers", "ultralytics")),
    *(("3.12", name) for name in ("opencv-python", "opencv-python-headless", "onnxruntime")),
    *(("3.12", name) for name in ("ai-edge-litert", "scikit-learn", "pandas", "matplotlib")),
    *(("3.12", name) for name in ("scipy", "pillow", "h5py", "tf-keras", "tensorflow-hub")),
    *(("3.12", name) for name in ("django", "gunicorn", "whitenoise", "psycopg2-binary")),
    *(("3.12", name) for name in ("djangorestframework", "celery", "boto3", "plotly", "nltk")),
    *(("3.12", name) for name in ("sentence-transformers", "easyocr", "xgboost", "lightgbm")),
    *(("3.12", name) for name in ("spacy", "jupyter", "scikit-image", "librosa", "mediapipe")),
)


def write(files: Sequence[Path] = ()) -> None:
    """Resolve, read and write.

    Args:
        files: Wheels that stand on no index that can be asked: PyTorch's for processors.
    """
    roots: dict[str, dict[str, list[str]]] = {}
    wheels: dict[str, dict[str, Any]] = {}
    for path in files:
        name, version, *_ = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            inside = to_document(contents(members_of(archive)))
        entry = {"wheel_bytes": path.stat().st_size, **inside}
        wheels.setdefault(name, {})[str(version)] = entry
    with ThreadPoolExecutor(8) as pool:
        for python, root in ROOTS:
            found = list(_resolved(root, python))
            package = root.partition("==")[0]
            others = sorted({one["name"] for one in found} - {package})
            own = next(one["version"] for one in found if one["name"] == package)
            roots.setdefault(package, {})[own] = others
            new = [one for one in found if one["version"] not in wheels.get(one["name"], {})]
            for one, entry in zip(new, pool.map(_read, new), strict=True):
                if entry is not None:
                    wheels.setdefault(one["name"], {})[one["version"]] = entry
            print(f"{root}: {len(found)} packages, {len(new)} of them new", flush=True)
    text = f'{{"roots": {{\n{_rows(roots)}\n}},\n"wheels": {{\n{_rows(wheels)}\n}}}}\n'
    PATH.write_text(text)


def _rows(entries: Mapping[str, Any]) -> str:
    rows = (f"{json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries))
    return ",\n".join(rows)


def _resolved(root: str, python: str) -> Iterator[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        asked, lock = Path(folder, "requirements.in"), Path(folder, "pylock.toml")
        asked.write_text(f"{root}\n")
        subprocess.run(
            [
                *(os.environ.get("UV", "uv"), "pip", "compile", "--quiet", "--no-build"),
                *("--python-version", python, "--python-platform", "x86_64-manylinux_2_28"),
                *("--no-python-downloads", "--format", "pylock.toml", "-o", lock, asked),
            ],
            check=True,
            cwd=folder,  # Wherry's own overrides are not for others
        )
        document = tomllib.loads(lock.read_text())
    tags = _tags(python)
    for package in document["packages"]:
        wheel = _chosen(package.get("wheels", ()), tags)
        if wheel is not None:
            yield {"name": package["name"], "version": package["version"], **wheel}


def _tags(python: str) -> list[Tag]:
    major, _, minor = python.partition(".")
    platforms = [f"manylinux_2_{number}_x86_64" for number in range(28, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    return [
        *cpython_tags((int(major), int(minor)), platforms=platforms),
        *(Tag(f"py{major}", "none", platform) for platform in (*platforms, "any")),
        Tag("py2.py3", "none", "any"),
    ]


def _chosen(wheels: Any, tags: list[Tag]) -> dict[str, Any] | None:
    ranks = {tag: number for number, tag in enumerate(tags)}
    best: tuple[int, dict[str, Any]] | None = None
    for wheel in wheels:
        name = wheel.get("name") or wheel["url"].rpartition("/")[2].partition("#")[0]
        fitting = [ranks[tag] for tag in parse_wheel_filename(name)[3] if tag in ranks]
        if fitting and (best is None or min(fitting) < best[0]):
            best = (min(fitting), wheel)
    return None if best is None else {"url": best[1]["url"], "size": best[1].get("size")}


def _read(one: dict[str, Any]) -> dict[str, Any] | None:
    try:
        inside = remote_contents(one["url"], one["size"])
    except Unreadable as error:
        print(f"    {one['name']} {one['version']}: {error}")
        return None
    return {"wheel_bytes": one["size"], **to_document(inside)}
