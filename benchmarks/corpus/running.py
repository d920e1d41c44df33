"""Run the real command on a case's model, and keep what came of it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus.cases import Case
from benchmarks.corpus.judging import Run, exact_errors, own_error, problems, sentence
from benchmarks.corpus.made import NotMade, made
from benchmarks.corpus.making import MAKERS
from wherry.tensors import Array

WHERRY = (sys.executable, "-m", "wherry.cli")
TIMEOUT_S = 1200
_ASK_S = 600


def run_case(models: Path, bundles: Path, case: Case) -> dict[str, Any]:
    """Shrink one model and return the row of the table."""
    row: dict[str, Any] = {
        "name": case.name,
        "writer": case.writer,
        "kind": case.kind,
        "refusal": bool(case.refused),
    }
    try:
        told = made(models, case)
    except NotMade as error:
        return row | {"passed": False, "problems": [f"No model: {error}"]}
    row |= {key: told[key] for key in ("title", "tensorflow", "keras", "python")}
    row["original_bytes"] = told["bytes"]
    folder = models / case.name
    bundle = bundles / case.name
    run = _shrink(folder / told["model"], folder, bundle, case)
    found = problems(case, run, _arrays(folder / "answers.npz"))
    whole = row | _facts(run, folder) | {"passed": not found, "problems": found}
    # The page is to read the same wherever it was made.
    told: dict[str, Any] = json.loads(json.dumps(whole).replace(f"{folder}/", ""))
    return told


def _shrink(model: Path, folder: Path, bundle: Path, case: Case) -> Run:
    report = bundle.with_name(f"{bundle.name}.report")
    for left in (bundle, report):
        shutil.rmtree(left, ignore_errors=True)
    bundle.parent.mkdir(parents=True, exist_ok=True)
    options = [option.format(makers=MAKERS) for option in case.options]
    command = [
        *(*WHERRY, "shrink", str(model), "-o", str(bundle)),
        # What is asked of the cases is files and parity; times have figures of their own.
        *("--samples", str(folder / "samples.npz"), "--quick", *options),
        *("--report", str(report), "--json"),
    ]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
        status, said = done.returncode, done.stderr
    except subprocess.TimeoutExpired as late:
        status, said = -1, f"wherry: {late}"
    run = Run(status, time.monotonic() - began, said)
    (folder / "said.txt").write_text(said)
    run.bundle_left = bundle.exists()
    if (report / "report.json").is_file():
        run.report = json.loads((report / "report.json").read_text())
    if run.bundle_left:
        _ask(run, bundle, folder)
    return run


def _ask(run: Run, bundle: Path, folder: Path) -> None:
    answers = folder / "bundle-answers.npz"
    answers.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.corpus.asking", str(bundle), str(folder)],
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            env=os.environ | _libraries(),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        run.asking_failed = str(late)
        return
    if done.returncode == 0:
        run.answers = _arrays(answers)
    else:
        said = done.stderr.strip().splitlines()
        run.asking_failed = said[-1][:300] if said else f"status {done.returncode}"


def _libraries() -> dict[str, str]:
    from wherry.runtimes.tensorflow.installation import FOLDER_VARIABLE
    from wherry.shrink.libraries import tensorflow_libraries

    with tensorflow_libraries(lambda _: None):
        folder = os.environ.get(FOLDER_VARIABLE)
    return {FOLDER_VARIABLE: folder} if folder else {}


def _facts(run: Run, folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {"status": run.status, "seconds": round(run.seconds, 1)}
    if run.report is None:
        return facts | {"chosen": None, "reason": sentence(run)}
    report = run.report
    chosen = report["chosen"]
    sizes = {row["candidate"]: row["measurement"]["file_bytes"] for row in report["candidates"]}
    facts |= {
        "chosen": chosen,
        "reason": report["why"] if chosen else sentence(run),
        "bytes": sizes,
        "errors": {row["candidate"]: row["parity"]["error_ratio"] for row in report["candidates"]},
        "latency_s": {
            row["candidate"]: row["measurement"]["latency_s"]["1"] for row in report["candidates"]
        },
        "exact_errors": exact_errors(report),
        "drops": {
            row["candidate"]: row["accuracy"]["drop"]
            for row in report["candidates"]
            if row["accuracy"] is not None
        },
        "refused": {
            row["candidate"]: row["refused"] for row in report["candidates"] if row["refused"]
        },
        "failures": {row["candidate"]: row["reason"] for row in report["failures"]},
        "stages_s": report["seconds"],
    }
    if run.answers is not None:
        facts["own_error"] = own_error(run.answers, _arrays(folder / "answers.npz"))
    return facts


def _arrays(path: Path) -> Mapping[str, Array]:
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
