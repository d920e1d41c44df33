"""Make the models of the cases, each in the environment of the TensorFlow that writes it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.corpus import basic_pitch, data
from benchmarks.corpus.cases import Case
from benchmarks.corpus.made import NotMade, made, tell
from benchmarks.corpus.writers import writer
from wherry.shrink.conversion.sources import converter_environment

MAKERS = Path(__file__).with_name("makers")
_TIMEOUT_S = 3600
_FROM_KERAS = (
    "import sys, tensorflow as tf, tf2onnx; m = tf.keras.models.load_model(sys.argv[1]); "
    "tf2onnx.convert.from_keras(m, output_path=sys.argv[2], "
    "input_signature=[tf.TensorSpec(i.shape, i.dtype, name=i.name) for i in m.inputs])"
)


def make(folder: Path, cases: Iterable[Case]) -> None:
    """Make what is not there yet."""
    arrays = data.write(folder.parent / "data.npz")
    missing = [case for case in cases if not _is_made(folder, case)]
    for case in missing:
        if case.form == "wheel":
            basic_pitch.make(folder / case.name)
    plain = [case for case in missing if case.form not in ("onnx", "wheel")]
    for tensorflow, group in groupby(sorted(plain, key=lambda c: c.writer), lambda c: c.writer):
        _run(folder, arrays, tensorflow, list(group))
    for case in missing:
        if case.form == "onnx":
            _onnx(folder, case, arrays)


def _is_made(folder: Path, case: Case) -> bool:
    try:
        told = made(folder, case)
    except NotMade:
        return False
    return Path(folder, case.name, told["model"]).exists()


def _run(folder: Path, arrays: Path, tensorflow: str, cases: Sequence[Case]) -> None:
    environment = writer(tensorflow)
    folder.mkdir(parents=True, exist_ok=True)
    request = folder / f"request-{tensorflow}.json"
    listed = [{"name": c.name, "recipe": c.recipe, "form": c.form} for c in cases]
    request.write_text(
        json.dumps({"data": str(arrays), "folder": str(folder), "cases": listed}, indent=1)
    )
    print(f"Making {len(cases)} models with TensorFlow {tensorflow} ...", flush=True)
    with (folder / f"making-{tensorflow}.log").open("w") as log:
        subprocess.run(
            [environment.python, "-B", "-m", "makers", str(request)],
            cwd=MAKERS.parent,
            env=os.environ | {"PYTHONPATH": str(MAKERS.parent), "TF_USE_LEGACY_KERAS": "0"},
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_S,
            check=False,
        )


def _onnx(folder: Path, case: Case, arrays: Path) -> None:
    """Turn the same recipe's ``.keras`` into ONNX, as its users do: with tf2onnx."""
    like = Case(case.writer, case.recipe, "keras")
    if not _is_made(folder, like):
        _run(folder, arrays, like.writer, [like])
    told = made(folder, like)
    target = folder / case.name
    target.mkdir(exist_ok=True)
    for name in ("samples.npz", "answers.npz"):
        shutil.copy(folder / like.name / name, target / name)
    subprocess.run(
        [
            *(converter_environment().python, "-B", "-c", _FROM_KERAS),
            *(folder / like.name / told["model"], target / "model.onnx"),
        ],
        check=True,
        capture_output=True,
        timeout=_TIMEOUT_S,
    )
    size_bytes = (target / "model.onnx").stat().st_size
    tell(target, told | {"model": "model.onnx", "bytes": size_bytes})
