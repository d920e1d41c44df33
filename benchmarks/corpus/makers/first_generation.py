"""What TensorFlow 1 left behind, and estimators, which lived on until 2.15."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from .recipes import Recipe, recipe

_HELD_BACK = 359
_ALL_CLASSES = ("all_class_ids", "all_classes")


@recipe
def session_digits(tf: Any, data: Any) -> Recipe:
    """A graph trained in a session, saved with ``simple_save``."""
    v1 = tf.compat.v1
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    session, tensors = _trained(v1, x[:-_HELD_BACK], y[:-_HELD_BACK])
    answers = session.run(tensors["answer"], {tensors["pixels"]: x[-_HELD_BACK:]})

    def write(folder: Path) -> str:
        _clear(folder / "model")
        with session.graph.as_default():
            v1.saved_model.simple_save(
                session,
                str(folder / "model"),
                {"pixels": tensors["pixels"]},
                {"digit": tensors["answer"]},
            )
        return "model"

    inputs = {"pixels": x[-_HELD_BACK:]}
    return Recipe(None, inputs, y[-_HELD_BACK:], {"digit": answers}, write=write)


@recipe
def frozen_session_digits(tf: Any, data: Any) -> Recipe:
    """A frozen graph, as TensorFlow 1 froze them."""
    v1 = tf.compat.v1
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    session, tensors = _trained(v1, x[:-_HELD_BACK], y[:-_HELD_BACK])
    answers = session.run(tensors["answer"], {tensors["pixels"]: x[-_HELD_BACK:]})

    def write(folder: Path) -> str:
        frozen = v1.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(), [tensors["answer"].op.name]
        )
        (folder / "model.pb").write_bytes(frozen.SerializeToString())
        return "model.pb"

    name = tensors["answer"].op.name
    inputs = {"pixels": x[-_HELD_BACK:]}
    return Recipe(None, inputs, y[-_HELD_BACK:], {name: answers}, write=write)


def _trained(v1: Any, x: Any, y: Any) -> Any:
    """Return a session and its tensors: two convolution-free layers, with a batch norm by hand."""
    graph = v1.Graph()
    with graph.as_default():
        v1.set_random_seed(1)
        pixels = v1.placeholder("float32", [None, 64], name="pixels")
        labels = v1.placeholder("int64", [None], name="labels")
        w = v1.get_variable("w", [64, 48])
        b = v1.get_variable("b", [48], initializer=v1.zeros_initializer())
        hidden = v1.nn.relu(v1.matmul(pixels, w) + b)
        logits = v1.matmul(hidden, v1.get_variable("out", [48, 10]))
        answer = v1.nn.softmax(logits, name="digit")
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        train = v1.train.AdamOptimizer(0.01).minimize(loss)
        session = v1.Session(graph=graph)
        session.run(v1.global_variables_initializer())
        for step in range(200):
            first = step * 32 % (len(x) - 32)
            rows = slice(first, first + 32)
            session.run(train, {pixels: x[rows], labels: y[rows]})
    return session, {"pixels": pixels, "answer": answer}


@recipe
def session_table(tf: Any, data: Any) -> Recipe:
    """A lookup table from a file of words (an asset), and an embedding of what it finds."""
    v1 = tf.compat.v1
    graph = v1.Graph()
    words = [str(word) for word in data["vocabulary"][:200]]
    asset = Path(data["folder"].item()) / "words.txt"
    asset.write_text("\n".join(words) + "\n")
    with graph.as_default():
        v1.set_random_seed(1)
        word = v1.placeholder("string", [None], name="word")
        initializer = v1.lookup.TextFileInitializer(
            str(asset),
            "string",
            v1.lookup.TextFileIndex.WHOLE_LINE,
            "int64",
            v1.lookup.TextFileIndex.LINE_NUMBER,
        )
        table = v1.lookup.StaticVocabularyTable(initializer, 8)
        found = table.lookup(word)
        weights = v1.get_variable("table", [len(words) + 8, 6])
        scores = v1.nn.softmax(4.0 * v1.gather(weights, found), name="scores")
        session = v1.Session(graph=graph)
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
    x = np.array([*words[:90], "never", "seen", "words"])
    index, answer = session.run([found, scores], {word: x})

    def write(folder: Path) -> str:
        _clear(folder / "model")
        with graph.as_default():
            v1.saved_model.simple_save(
                session,
                str(folder / "model"),
                {"word": word},
                {"scores": scores, "index": found},
                legacy_init_op=v1.tables_initializer(),
            )
        return "model"

    return Recipe(None, {"word": x}, None, {"scores": answer, "index": index}, write=write)


def _features(data: Any) -> tuple[Any, Any]:
    x = data["iris"]
    size = np.array(["small", "medium", "large"])[np.digitize(x[:, 0], (5.4, 6.2))]
    return {"size": size, "width": x[:, 1], "petal": x[:, 2]}, data["iris_labels"].astype(np.int64)


def _estimator(tf: Any, data: Any, *, regression: bool = False) -> Any:
    column = tf.feature_column
    words = column.categorical_column_with_vocabulary_list("size", ["small", "medium", "large"])
    columns = [
        column.numeric_column("width"),
        column.numeric_column("petal"),
        column.embedding_column(words, 3),
    ]
    features, labels = _features(data)
    if regression:
        estimator = tf.estimator.DNNRegressor([12], columns)
    else:
        estimator = tf.estimator.DNNClassifier([12], columns, n_classes=3)

    def batches() -> Any:
        given = {name: array.copy() for name, array in features.items()}
        whole = tf.data.Dataset.from_tensor_slices((given, labels))
        return whole.shuffle(150, seed=1).repeat(20).batch(30)

    estimator.train(batches)
    return estimator, columns, features


@recipe
def estimator_examples(tf: Any, data: Any) -> Recipe:
    """An estimator's export that takes serialized tf.Example messages."""
    estimator, columns, features = _estimator(tf, data, regression=True)
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec(columns)
    )
    messages = []
    for row in range(60):
        size, width, petal = (features[name][row] for name in ("size", "width", "petal"))
        feature = {
            "size": tf.train.Feature(bytes_list=tf.train.BytesList(value=[str(size).encode()])),
            "width": tf.train.Feature(float_list=tf.train.FloatList(value=[float(width)])),
            "petal": tf.train.Feature(float_list=tf.train.FloatList(value=[float(petal)])),
        }
        message = tf.train.Example(features=tf.train.Features(feature=feature))
        messages.append(message.SerializeToString())
    write = _exporting(estimator, receiver)
    return Recipe(None, {"inputs": np.array(messages, dtype="S")}, answers={}, write=write)


@recipe
def estimator_features(tf: Any, data: Any) -> Recipe:
    """An estimator's export that takes features by name: text and numbers."""
    estimator, _, features = _estimator(tf, data)
    v1 = tf.compat.v1

    def receiver() -> Any:
        given = {
            "size": v1.placeholder("string", [None], name="size"),
            "width": v1.placeholder("float32", [None], name="width"),
            "petal": v1.placeholder("float32", [None], name="petal"),
        }
        return tf.estimator.export.ServingInputReceiver(given, given)

    inputs = {name: array[:60] for name, array in features.items()}
    write = _exporting(estimator, receiver)
    return Recipe(None, inputs, answers={}, write=write, constants=_ALL_CLASSES)


@recipe
def linear_estimator(tf: Any, data: Any) -> Recipe:
    """A linear classifier's export: sparse columns, crossed and bucketed, that take tf.Example."""
    column = tf.feature_column
    petal = column.numeric_column("petal")
    buckets = column.bucketized_column(petal, [1.5, 3.0, 4.5, 5.0])
    words = column.categorical_column_with_hash_bucket("size", 20)
    columns = [buckets, words, column.crossed_column([buckets, "size"], 50)]
    features, labels = _features(data)
    estimator = tf.estimator.LinearClassifier(columns, n_classes=3)

    def batches() -> Any:
        given = {name: features[name].copy() for name in ("size", "petal")}
        return tf.data.Dataset.from_tensor_slices((given, labels)).repeat(20).batch(30)

    estimator.train(batches)
    v1 = tf.compat.v1

    def receiver() -> Any:
        given = {
            "size": v1.placeholder("string", [None], name="size"),
            "petal": v1.placeholder("float32", [None], name="petal"),
        }
        return tf.estimator.export.ServingInputReceiver(given, given)

    inputs = {name: features[name][:60] for name in ("size", "petal")}
    write = _exporting(estimator, receiver)
    return Recipe(None, inputs, answers={}, write=write, constants=_ALL_CLASSES)


def _exporting(estimator: Any, receiver: Any) -> Any:
    def write(folder: Path) -> str:
        _clear(folder / "model")
        export = getattr(estimator, "export_saved_model", None) or estimator.export_savedmodel
        written = export(str(folder / "exported"), receiver)
        written = written.decode() if isinstance(written, bytes) else written
        shutil.move(written, str(folder / "model"))
        _clear(folder / "exported")
        return "model"

    return write


def _clear(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(str(path))
