"""Run inside the benchmark's project: enqueue jobs, wait for them, check their results."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import django


def main(words: list[str]) -> dict[str, Any]:
    """Do what the words say, one after the other: ``migrate enqueue:6``; return what each found."""
    django.setup()
    found = {}
    for word in words:
        name, _, argument = word.partition(":")
        found[name] = _COMMANDS[name](argument)
    return found


def _migrate(_: str) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _enqueue(jobs: str) -> None:
    """Enqueue half over HTTP and half from Python, each with an input of its own."""
    from django.test import Client

    from benchmarks.jobs.site import input_of
    from wherry.django import get_model

    client = Client(headers={"prefer": "respond-async"})
    for number in range(int(jobs)):
        if number % 2:
            get_model("dense").enqueue(input_of(number))
            continue
        answer = client.post(
            "/v1/models/dense:predict",
            json.dumps({"instances": input_of(number)}),
            content_type="application/json",
        )
        assert answer.status_code == 202, answer.content


def _fill(piece_bytes: str) -> dict[str, Any]:
    """Enqueue over HTTP until that is refused; the bodies are longer than they need be."""
    from django.test import Client

    from benchmarks.jobs.site import input_of

    client = Client(headers={"prefer": "respond-async"})
    kept = 0
    while True:
        body = json.dumps({"instances": input_of(kept)}) + " " * int(piece_bytes)
        answer = client.post("/v1/models/dense:predict", body, content_type="application/json")
        if answer.status_code != 202:
            break
        kept += 1
    page = client.get("/v2/health/live").status_code
    return {
        "kept": kept,
        "refused": answer.status_code,
        "sentence": answer.json()["error"],
        "page": page,
    }


def _wait(within_s: str) -> None:
    """Wait until every job is finished; fail when that is not in time."""
    from wherry.django.jobs.models import UNFINISHED, Job

    deadline = time.monotonic() + float(within_s)
    while left := Job.objects.filter(state__in=UNFINISHED).count():
        assert time.monotonic() < deadline, f"{left} jobs are not finished"
        time.sleep(0.1)


def _states(_: str) -> dict[str, Any]:
    """Return each job's state, tries and error, by its place in the order of enqueueing."""
    from wherry.django.jobs.models import Job

    jobs = Job.objects.order_by("created_at").values_list("state", "tries", "error")
    return {str(number): job for number, job in enumerate(jobs)}


def _check(_: str) -> dict[str, Any]:
    """Compare each result with the model's own answer to the same input, asked here."""
    from django.db.models import Sum

    from benchmarks.jobs.site import FEATURES, MODEL, input_of
    from wherry import runtimes
    from wherry.django.jobs.models import Job, State
    from wherry.runtimes.protocol import LoadOptions

    model = runtimes.load("litert", MODEL, LoadOptions())
    right = set()
    jobs = list(Job.objects.filter(state=State.SUCCEEDED).order_by("created_at"))
    for number, job in enumerate(jobs):
        inputs = np.asarray(input_of(number), np.float32).reshape(1, FEATURES)
        (wanted,) = model.run("serving_default", {"x": inputs}).values()
        result = job.result()
        if isinstance(result, bytes):
            outputs = np.asarray(json.loads(result)["predictions"], np.float32)
        else:
            (outputs,) = result.values()
        if np.allclose(outputs, wanted, rtol=1e-5, atol=1e-7):
            right.add(job.id)
    tries = Job.objects.aggregate(tries=Sum("tries"))["tries"]
    return {"succeeded": len(jobs), "right": len(right), "tries": tries}


_COMMANDS: dict[str, Callable[[str], Any]] = {
    "migrate": _migrate,
    "enqueue": _enqueue,
    "fill": _fill,
    "wait": _wait,
    "states": _states,
    "check": _check,
}

if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
