"""SavedModels of tf.Module: what signatures and operators may be beside Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from .recipes import Recipe, recipe


def _module(tf: Any, function: Any, specifications: list[Any], **held: Any) -> tuple[Any, Any]:
    """Return a tf.Module that holds variables, and its traced function."""
    module = tf.Module()
    for name, value in held.items():
        setattr(module, name, value)
    module.serve = tf.function(function, input_signature=specifications)
    return module, module.serve


def _weights(tf: Any, *shape: int) -> Any:
    return tf.Variable(np.random.RandomState(3).normal(size=shape).astype(np.float32) / 2)


def _answers(function: Any, tf: Any, *inputs: Any) -> dict[str, Any]:
    return {name: np.asarray(v) for name, v in function(*map(tf.constant, inputs)).items()}


@recipe
def two_signatures(tf: Any, data: Any) -> Recipe:
    """Two signatures over the same weights."""
    w = _weights(tf, 4, 3)
    specification = [tf.TensorSpec([None, 4], tf.float32, name="x")]
    module, serve = _module(tf, lambda x: {"scores": tf.nn.softmax(x @ w)}, specification, w=w)
    module.embed = tf.function(lambda x: {"code": tf.tanh(x @ w)}, input_signature=specification)
    x = data["iris"][:64]
    return Recipe(
        module,
        {"x": x},
        answers=_answers(serve, tf, x),
        signatures={"serving_default": serve, "embed": module.embed},
    )


@recipe
def unbatched(tf: Any, data: Any) -> Recipe:
    """A signature without a batch axis: one row in, one out."""
    w = _weights(tf, 4, 3)
    module, serve = _module(
        tf,
        lambda row: {"scores": tf.linalg.matvec(w, row, transpose_a=True)},
        [tf.TensorSpec([4], tf.float32, name="row")],
        w=w,
    )
    x = data["iris"][:40]
    rows = [_answers(serve, tf, row)["scores"] for row in x]
    return Recipe(
        module,
        {"row": x},
        answers={"scores": np.stack(rows)},
        signatures={"serving_default": serve},
    )


@recipe
def spectrogram(tf: Any, _: Any) -> Recipe:
    """Sound in, a log mel spectrogram out: the real part of a Fourier transform."""
    mel = tf.signal.linear_to_mel_weight_matrix(20, 65, 8000, 80.0, 3800.0)

    def serve(sound: Any) -> Any:
        spectrum = tf.abs(tf.signal.stft(sound, 128, 64, fft_length=128))
        return {"mel": tf.math.log(tf.matmul(spectrum, mel) + 1e-3)}

    module, traced = _module(tf, serve, [tf.TensorSpec([None, 2048], tf.float32, name="sound")])
    time = np.arange(2048) / 8000.0
    rows = [np.sin(2 * np.pi * (200 + 90 * n) * time) for n in range(16)]
    x = (np.stack(rows) + np.random.RandomState(0).normal(size=(16, 2048)) / 50).astype(np.float32)
    return Recipe(
        module,
        {"sound": x},
        answers=_answers(traced, tf, x),
        signatures={"serving_default": traced},
    )


@recipe
def only_tensorflow_has(tf: Any, data: Any) -> Recipe:
    """Operators that no other runtime has: a singular value decomposition, an incomplete beta."""

    def serve(matrix: Any) -> Any:
        values = tf.linalg.svd(matrix, compute_uv=False)
        return {"values": values, "beta": tf.math.betainc(2.0, 3.0, tf.sigmoid(matrix[:, 0]))}

    module, traced = _module(tf, serve, [tf.TensorSpec([None, 8, 8], tf.float32, name="matrix")])
    x = data["digits"][:48] + np.eye(8, dtype=np.float32) / 10
    return Recipe(
        module,
        {"matrix": x},
        answers=_answers(traced, tf, x),
        signatures={"serving_default": traced},
    )


@recipe
def integers_only(tf: Any, data: Any) -> Recipe:
    """Integers in, integers out: a vote over an embedding's neighbours."""
    table = _weights(tf, 400, 8)

    def serve(ids: Any) -> Any:
        code = tf.reduce_sum(tf.gather(table, ids), axis=1)
        scores = tf.matmul(code, table, transpose_b=True)
        return {
            "nearest": tf.math.top_k(scores, 3).indices,
            "length": tf.math.count_nonzero(ids, axis=1),
        }

    module, traced = _module(
        tf, serve, [tf.TensorSpec([None, 12], tf.int32, name="ids")], table=table
    )
    x = data["text_ids"][:96]
    return Recipe(
        module, {"ids": x}, answers=_answers(traced, tf, x), signatures={"serving_default": traced}
    )


@recipe
def loop(tf: Any, data: Any) -> Recipe:
    """A loop whose length the input decides, and a branch."""
    w = _weights(tf, 4, 4)

    def serve(x: Any, steps: Any) -> Any:
        count = tf.reduce_max(steps)

        def body(i: Any, y: Any) -> Any:
            return i + 1, tf.tanh(y @ w)

        _, y = tf.while_loop(lambda i, _: i < count, body, [0, x])
        return {"state": tf.cond(count > 2, lambda: y * 2.0, lambda: y)}

    specifications = [
        tf.TensorSpec([None, 4], tf.float32, name="x"),
        tf.TensorSpec([None], tf.int32, name="steps"),
    ]
    module, traced = _module(tf, serve, specifications, w=w)
    x, steps = data["iris"][:48], np.full(48, 3, np.int32)
    return Recipe(
        module,
        {"x": x, "steps": steps},
        answers=_answers(traced, tf, x, steps),
        signatures={"serving_default": traced},
    )


@recipe
def text_out(tf: Any, data: Any) -> Recipe:
    """Text in, text and a score out: a table that gives words for the largest score."""
    kinds = tf.constant(["digits", "iris", "wine", "diabetes", "cancer"])
    w = _weights(tf, 64, 5)

    def serve(text: Any) -> Any:
        buckets = tf.strings.to_hash_bucket_fast(tf.strings.substr(text, 0, 6), 64)
        scores = tf.gather(w, buckets)
        return {"kind": tf.gather(kinds, tf.argmax(scores, axis=1)), "scores": scores}

    module, traced = _module(tf, serve, [tf.TensorSpec([None], tf.string, name="text")], w=w)
    x = data["texts"][:60]
    return Recipe(
        module, {"text": x}, answers=_answers(traced, tf, x), signatures={"serving_default": traced}
    )


@recipe
def scalar_and_bool(tf: Any, data: Any) -> Recipe:
    """Answers of rank one and of bool; comparisons and a sum for each row."""
    w = _weights(tf, 4)
    x = data["iris"][:80]
    middle = float(np.median(x @ w.numpy()))

    def serve(x: Any) -> Any:
        score = tf.reduce_sum(x * w, axis=1)
        return {"score": score, "high": score > middle}

    module, traced = _module(tf, serve, [tf.TensorSpec([None, 4], tf.float32, name="x")], w=w)
    return Recipe(
        module, {"x": x}, answers=_answers(traced, tf, x), signatures={"serving_default": traced}
    )
