"""What running requests together brings a model whose weights are read anew for each run.

``scripts/bench load batching`` trains a dense network on scikit-learn's real digits, serves it with
and without batching, asks over HTTP, and prints JSON; exit code 1 where batching does not raise the
throughput by half, costs a client who is alone 0.3 ms, or gives another answer.
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from math import ceil
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from benchmarks.load.quota import group
from benchmarks.load.running import reported
from benchmarks.load.site import NAME, Site, serve
from benchmarks.serving.load import load, require_wrk
from benchmarks.serving.processes import Question, ServerFailed, adopt_orphans

QUOTA_BYTES: Final = 512 * 2**20
HIDDEN: Final = (2048, 2048)
EPOCHS: Final = 8
CLIENTS: Final = (1, 8, 16)
ROUNDS: Final = 3
EACH_S: Final = 6.0
# Trials wait for a quiet second, and what a server learns takes some requests.
SETTLES_S: Final = 6.0
# Who is refused, since on a slow machine the queue is longer than 20 ms, asks again after this.
ASK_AGAIN_S: Final = 0.05
LEAST_GAIN: Final = 1.5
MOST_IDLE_MS: Final = 0.3
TOLERANCE: Final = 1e-5
_PATH: Final = f"/v1/models/{NAME}:predict"
_JSON: Final = {"Content-Type": "application/json"}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench load batching", description=__doc__)
    parser.add_argument("--seconds", type=float, default=EACH_S, help="of each measurement")
    require_wrk()
    adopt_orphans()
    return reported(measure, parser)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return throughput and latency with batching and without, and how far answers differ."""
    model, held_back, right = _trained(folder)
    body = folder / "body"
    body.write_bytes(json.dumps({"instances": held_back[:1].tolist()}).encode())
    question = Question(_PATH, _JSON, body.read_bytes())
    seen: dict[bool, dict[int, list[tuple[float, float]]]] = {
        batching: {clients: [] for clients in CLIENTS} for batching in (True, False)
    }
    answers: dict[bool, NDArray[np.float64]] = {}
    said = ""
    for turn in range(ROUNDS):
        for batching in seen:
            place = folder / f"site-{turn}-{batching}"
            served = {"PATH": str(model)} if batching else {"PATH": str(model), "BATCHING": False}
            with (
                group(QUOTA_BYTES, "wherry-batching") as limits,
                serve(place, served, limits) as site,
            ):
                load(site.port, question, body, 1, SETTLES_S)
                for clients, rows in seen[batching].items():
                    found = load(site.port, question, body, clients, options.seconds)
                    answered = found.requests_per_s - found.failed / ceil(options.seconds)
                    rows.append((answered, found.p50_ms))
                answers[batching] = _answers(site, held_back)
                if batching:
                    said = next((line for line in site.log.splitlines() if "together" in line), "")
    return _judged(seen, answers, said, right)


def _trained(folder: Path) -> tuple[Path, NDArray[np.float32], float]:
    """Return an ONNX file, digits that it was not trained on, and how many of them it reads."""
    data = load_digits()
    images = (data.images.reshape(-1, 64) / 16).astype(np.float32)
    known, unseen, labels, others = train_test_split(
        images, data.target, test_size=0.2, stratify=data.target, random_state=0
    )
    network = MLPClassifier(HIDDEN, max_iter=EPOCHS, random_state=0, tol=0)
    network.n_iter_no_change = EPOCHS
    with warnings.catch_warnings():
        # A few rounds are enough for a network that is asked for its speed.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(known, labels)
    path = folder / "digits.onnx"
    onnx.save(_as_onnx(network.coefs_, network.intercepts_), path)
    return path, unseen, float(network.score(unseen, others))


def _as_onnx(
    weights: Sequence[NDArray[np.float32]], biases: Sequence[NDArray[np.float32]]
) -> onnx.ModelProto:
    nodes, constants, current = [], [], "x"
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        last = layer == len(weights) - 1
        constants += [
            numpy_helper.from_array(weight.astype(np.float32), f"w{layer}"),
            numpy_helper.from_array(bias.astype(np.float32), f"b{layer}"),
        ]
        nodes += [
            helper.make_node("Gemm", [current, f"w{layer}", f"b{layer}"], [f"sum{layer}"]),
            helper.make_node(
                "Softmax" if last else "Relu", [f"sum{layer}"], ["y" if last else f"out{layer}"]
            ),
        ]
        current = f"out{layer}"
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", weights[0].shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", weights[-1].shape[1]])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _answers(site: Site, digits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Ask for every digit, many at once, so that they meet in batches where there are any."""

    def ask(digit: NDArray[np.float32]) -> list[float]:
        body = json.dumps({"instances": [digit.tolist()]})
        while True:
            connection = HTTPConnection("127.0.0.1", site.port)
            try:
                connection.request("POST", _PATH, body, _JSON)
                response = connection.getresponse()
                said = json.loads(response.read())
            finally:
                connection.close()
            if response.status == HTTPStatus.OK:
                return list(said["predictions"][0])
            if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise ServerFailed(f"{response.status}: {said}")
            time.sleep(ASK_AGAIN_S)

    with ThreadPoolExecutor(CLIENTS[-1]) as pool:
        return np.array(list(pool.map(ask, digits)))


def _judged(
    seen: dict[bool, dict[int, list[tuple[float, float]]]],
    answers: dict[bool, NDArray[np.float64]],
    said: str,
    right: float,
) -> dict[str, Any]:
    rows = {}
    for clients in CLIENTS:
        with_s, without_s = (np.median(seen[on][clients], axis=0).tolist() for on in (True, False))
        rows[clients] = {
            "with": {"requests_per_s": round(with_s[0]), "p50_ms": round(with_s[1], 2)},
            "without": {"requests_per_s": round(without_s[0]), "p50_ms": round(without_s[1], 2)},
            "gain": round(with_s[0] / without_s[0], 2),
        }
    idle_ms = rows[1]["with"]["p50_ms"] - rows[1]["without"]["p50_ms"]
    error = float(np.abs(answers[True] - answers[False]).max())
    gain = max(row["gain"] for row in rows.values())
    return {
        "model": f"dense 64-{'-'.join(map(str, HIDDEN))}-10, {right:.1%} of unseen digits right",
        "server": said,
        "clients": rows,
        "idle_client_ms": round(idle_ms, 3),
        "max_abs_error": error,
        "passed": gain >= LEAST_GAIN and idle_ms < MOST_IDLE_MS and error <= TOLERANCE,
    }


if __name__ == "__main__":
    sys.exit(main())
