"""``scripts/bench memory``: weigh sites that really run, and compare what was predicted of them."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.memory.cases import CASES, ENVIRONMENTS, Case
from benchmarks.memory.table import line
from benchmarks.memory.trees import to_document, weigh_site
from benchmarks.memory.views import PLAIN, VIEWS
from benchmarks.serving.environments import KEPT, REPOSITORY
from benchmarks.serving.machine import commit, machine
from benchmarks.slug import page
from benchmarks.slug.interpreters import installed
from benchmarks.slug.measuring import keep
from wherry.estimate.memory import predict_memory
from wherry.estimate.workload import Model, Serving, Workload

DATA = REPOSITORY / "docs" / "benchmarks" / "memory.json"
MAKING = Path(__file__).with_name("making.py")
BAR_RATIO = 0.15
_TIMEOUT_S = 1800
# What saves a model in a form that its environment can only load.
_MADE_ELSEWHERE = {"tflite": "tensorflow-cpu 2.21"}
_CPUS = 2


def main() -> int:
    """Weigh and compare; 1 where a prediction is further off than the bar."""
    options = _options()
    rows = []
    for case in CASES:
        if not options.only or any(word in case.name for word in options.only):
            rows.append(_measured(options.work, case))
            print(line(rows[-1]), flush=True)
    if not options.only:
        keep(DATA, _document(rows))
        page.write()
    return 1 if any(_is_off(row) for row in rows) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench memory", description=__doc__)
    parser.add_argument("--only", nargs="+", default=(), metavar="WORD", help="sites so called")
    parser.add_argument("--work", type=Path, default=KEPT / "memory", help="what is made is kept")
    options = parser.parse_args()
    options.work = options.work.absolute()
    return options


def _measured(work: Path, case: Case) -> dict[str, Any]:
    model = _model(work, case)
    views = PLAIN
    if model is not None and case.loader is not None:
        views = VIEWS[case.loader].format(path=str(model))
    weighed = weigh_site(
        _python(work, case.environment),
        views,
        work / "site",
        case.workers,
        ("--threads", str(case.threads)) if case.threads > 1 else (),
        cpus=_CPUS,
    )
    workload = _workload(case, 0 if model is None else model.stat().st_size)
    told = predict_memory(workload)
    boot, after = told.at_boot.value, told.after_prediction.value
    return {
        "name": case.name,
        "environment": case.environment,
        "workload": {
            "workers": case.workers,
            "threads": case.threads,
            "libraries": list(case.libraries),
            "versions": dict(workload.versions),
            "loader": None if case.loader is None else case.loader.value,
            "model_bytes": 0 if model is None else model.stat().st_size,
            "layers": case.layers,
        },
        "measured": to_document(weighed),
        "predicted": {"boot_bytes": boot, "predicted_bytes": after},
        "error_ratios": [boot / weighed.boot_bytes - 1, after / weighed.predicted_bytes - 1],
    }


def _workload(case: Case, model_bytes: int) -> Workload:
    pins = (text.partition("==") for text in ENVIRONMENTS[case.environment].requirements)
    models = ()
    if case.loader is not None:
        models = (Model(case.model, case.loader, model_bytes, layers=case.layers),)
    return Workload(
        Serving("gunicorn", case.workers, case.threads),
        frozenset(case.libraries),
        models=models,
        versions={name: version for name, _, version in pins if version},
        cpus=_CPUS,
    )


def _python(work: Path, name: str) -> Path:
    wanted = ENVIRONMENTS[name]
    folder = work / "environments" / name.replace(" ", "-")
    python = folder / "bin" / "python"
    uv = os.environ.get("UV", "uv")
    if not python.exists():
        base = installed(wanted.python) / "bin" / f"python{wanted.python}"
        _run(uv, "venv", "--quiet", "--python", base, folder)
        install = (uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
        # PyTorch's builds for processors stand where the user's pip looks.
        links = os.environ.get("PIP_FIND_LINKS")
        more = ("--find-links", links) if links else ()
        _run(*install, *more, *wanted.requirements, cwd=folder)
    return python


def _model(work: Path, case: Case) -> Path | None:
    if not case.model:
        return None
    maker = _MADE_ELSEWHERE.get(case.model.rpartition(".")[2], case.environment)
    path = work / "models" / maker.replace(" ", "-") / case.model
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _run(_python(work, maker), MAKING, case.model, path.parent)
    return path


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    nowhere = subprocess.DEVNULL
    subprocess.run(command, check=True, timeout=_TIMEOUT_S, cwd=cwd, stdout=nowhere, stderr=nowhere)


def _is_off(row: dict[str, Any]) -> bool:
    return any(abs(ratio) > BAR_RATIO for ratio in row["error_ratios"])


def _document(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "sites": json.loads(json.dumps(rows)),
    }


if __name__ == "__main__":
    sys.exit(main())
