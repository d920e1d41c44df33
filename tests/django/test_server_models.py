"""Which models are best held by one process."""

from pathlib import Path

import numpy as np
import pytest

from tests.pitch import LITERT, ONNX
from tests.zoo import dense, onnx_model
from wherry.django.server.models import _needs_all
from wherry.platforms.limits import Limits
from wherry.runtimes import lanes
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions

MIB = 1024 * 1024


def loaded(path: Path, **options: int) -> ServedModel:
    model = ServedModel("model", ModelOptions(path=path, **options))  # type: ignore[arg-type]
    model.configure(LoadOptions(threads=2), None)
    model.load()
    return model


def limits(memory_bytes: int | None) -> Limits:
    return Limits(memory_bytes, "cgroup", 2.0, "affinity")


def test_small_slow_models_may_be_held_by_each_process() -> None:
    """With as many callers as there are CPUs, on one session or on copies."""
    for path in (ONNX, LITERT):
        model = loaded(path)
        assert not _needs_all(model, limits(512 * MIB))
        model.close()


def test_fast_models_may_be_held_by_each_process(tmp_path: Path) -> None:
    """They are small, or would not be fast."""
    model = loaded(dense(tmp_path / "fast.onnx"))
    assert not _needs_all(model, limits(64 * MIB))
    model.close()


def test_weights_are_held_twice_only_where_there_is_room(tmp_path: Path) -> None:
    """A sixth of the memory for all of them; where no limit is known, nothing is said."""
    size = 3000
    weights = np.random.default_rng(0).standard_normal((size, size)).astype(np.float32)
    path = onnx_model(
        tmp_path / "large.onnx",
        inputs={"x": ("FP32", ("batch", size))},
        outputs={"y": ("FP32", ("batch", size))},
        nodes=[
            ("MatMul", ["x", "weights"], ["h"], {}),
            ("MatMul", ["h", "weights"], ["y"], {}),
        ],
        constants={"weights": weights},
    )
    model = loaded(path)
    assert model.run_s is not None
    assert model.run_s >= lanes.FAST_RUN_S
    assert _needs_all(model, limits(300 * MIB))
    assert not _needs_all(model, limits(8192 * MIB))
    assert not _needs_all(model, limits(None))
    model.close()


@pytest.mark.parametrize("path", [ONNX, LITERT])
def test_runs_on_all_cpus_have_them_to_themselves(path: Path) -> None:
    """As the owner wanted for a single caller."""
    model = loaded(path, threads=2)
    assert _needs_all(model, limits(8192 * MIB))
    model.close()
