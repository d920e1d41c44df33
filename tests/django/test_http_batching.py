"""Requests run together through HTTP: everybody gets the answer to their own input."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.django.serving import SETTINGS, Server, make_site, wherry_serve
from wherry import runtimes
from wherry.bundle import Warmup, open_bundle, write_bundle
from wherry.runtimes.protocol import LoadedModel, LoadOptions

CLIENTS = 12
SECONDS = 1.5
SIZES = (64, 2048, 2048, 8)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A dense model whose time goes into its weights, and one that fails on unknown words."""
    folder = tmp_path_factory.mktemp("models")
    table = np.arange(4000, dtype=np.float32).reshape(1000, 4)
    words = zoo.onnx_model(
        folder / "words.onnx",
        inputs={"ids": ("INT64", ("batch", 3))},
        outputs={"y": ("FP32", ("batch", 3, 4))},
        nodes=[("Gather", ["table", "ids"], ["y"], {})],
        constants={"table": table},
    )
    # Without a sample it could not be seen whether the items of a batch leave each other alone.
    write_bundle(
        folder / "words",
        model=words,
        name="words",
        runtime="onnx",
        signatures=runtimes.load("onnx", words, LoadOptions()).signatures,
        warmup=[Warmup("serving_default", {"ids": np.array([[1, 2, 3], [4, 5, 6]])})],
    )
    return {"dense": zoo.dense(folder / "dense.onnx", SIZES), "words": folder / "words"}


@pytest.fixture(scope="module")
def server(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Threads enough for all clients; the models are run together because they are told to."""
    options = {
        name: {"PATH": str(path), "BATCHING": True, "THREADS": 1, "MAX_QUEUED_REQUESTS": 16}
        for name, path in models.items()
    }
    settings = SETTINGS.partition("WHERRY =")[0] + f"WHERRY = {{'MODELS': {options!r}}}\n"
    folder = make_site(tmp_path_factory.mktemp("site"), settings=settings)
    with wherry_serve(folder, "--processes", "1", "--threads", "32") as found:
        for name in models:
            found.wait_for(f"'{name}': up to .* items are run together", within_s=60)
        yield found


@pytest.fixture(scope="module")
def direct(models: dict[str, Path]) -> dict[str, LoadedModel]:
    """The models as whoever asks without a server has them."""
    return {
        name: runtimes.load("onnx", open_bundle(path).model, LoadOptions(threads=1))
        for name, path in models.items()
    }


def runs(server: Server, name: str) -> tuple[int, int]:
    """Return how many runs there were, and of how many items."""
    page = server.get("/monitoring/prometheus/metrics").body.decode()
    found = [
        int(float(line.rpartition(" ")[2]))
        for kind in ("count", "sum")
        for line in page.splitlines()
        if line.startswith(f'wherry_batch_items_{kind}{{model="{name}"')
    ]
    return (found[0], found[1]) if found else (0, 0)


def test_every_client_gets_the_answer_to_its_own_input(
    server: Server, direct: dict[str, LoadedModel]
) -> None:
    """Within 1e-5 of the model asked directly, while runs hold the items of several."""
    before = runs(server, "dense")

    def client(number: int) -> int:
        random = np.random.default_rng(number)
        connection, asked = server.connect(), 0
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            rows = random.normal(size=(1 + asked % 2, SIZES[0])).astype(np.float32)
            answer = server.ask(
                "POST",
                "/v1/models/dense:predict",
                json.dumps({"instances": rows.tolist()}).encode(),
                {"Content-Type": "application/json"},
                connection=connection,
            )
            assert answer.status == 200, answer.body
            expected = direct["dense"].run("serving_default", {"x": rows})["y"]
            np.testing.assert_allclose(answer.json()["predictions"], expected, rtol=1e-5, atol=1e-5)
            asked += 1
        connection.close()
        return asked

    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = sum(pool.map(client, range(CLIENTS)))
    after = runs(server, "dense")
    assert after[0] - before[0] < asked
    assert after[1] - before[1] >= asked


def test_a_bad_item_among_eight_is_its_senders_alone(
    server: Server, direct: dict[str, LoadedModel]
) -> None:
    """Whoever it happens to run with: an unknown word is one client's error in every round."""

    def client(number: int) -> None:
        ids = np.array([[number, number + 1, number + 2]])
        expected = direct["words"].run("serving_default", {"ids": ids})["y"].tolist()
        bad = number == 3
        if bad:
            ids[0, 1] = 5000
        for _ in range(30):
            answer = server.post("/v1/models/words:predict", {"instances": ids.tolist()})
            if bad:
                assert answer.status in {400, 500}
                assert "error" in answer.json()
            else:
                assert answer.status == 200, answer.body
                assert answer.json()["predictions"] == expected

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
