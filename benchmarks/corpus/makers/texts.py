"""Sequences: recurrent and attention models of words, as ids and as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from .recipes import Recipe, compile_and_fit, preprocessing, recipe

_KINDS = 5
_VOCABULARY = 400
_WORDS = 12
_HELD_BACK = 100


def _classify(tf: Any, data: Any, body: Any, epochs: int = 40, words: Any = _WORDS) -> Recipe:
    """Return a classifier of texts by their words' ids; ``body`` makes features of an Input."""
    layers = tf.keras.layers
    ids = layers.Input((words,), name="ids", dtype="int32")
    answer = layers.Dense(_KINDS, activation="softmax", name="kind")(body(layers, ids))
    model = tf.keras.Model(ids, answer)
    x, y = data["text_ids"], data["texts_labels"]
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], epochs=epochs)
    return Recipe(model, {"ids": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def lstm_text(tf: Any, data: Any) -> Recipe:
    """Embedding with masking, LSTM."""
    return _classify(
        tf,
        data,
        lambda layers, ids: layers.LSTM(24)(layers.Embedding(_VOCABULARY, 16, mask_zero=True)(ids)),
    )


@recipe
def plain_lstm_text(tf: Any, data: Any) -> Recipe:
    """Embedding without masking, two LSTM layers."""

    def body(layers: Any, ids: Any) -> Any:
        hidden = layers.LSTM(20, return_sequences=True)(layers.Embedding(_VOCABULARY, 16)(ids))
        return layers.LSTM(16)(hidden)

    return _classify(tf, data, body)


@recipe
def gru_text(tf: Any, data: Any) -> Recipe:
    """GRU, for any number of words."""
    return _classify(
        tf,
        data,
        lambda layers, ids: layers.GRU(24)(layers.Embedding(_VOCABULARY, 16)(ids)),
        words=None,
    )


@recipe
def bidirectional_text(tf: Any, data: Any) -> Recipe:
    """Bidirectional GRU with masking."""
    return _classify(
        tf,
        data,
        lambda layers, ids: layers.Bidirectional(layers.GRU(16))(
            layers.Embedding(_VOCABULARY, 12, mask_zero=True)(ids)
        ),
    )


@recipe
def conv1d_text(tf: Any, data: Any) -> Recipe:
    """Conv1D and global pooling."""

    def body(layers: Any, ids: Any) -> Any:
        hidden = layers.Embedding(_VOCABULARY, 16)(ids)
        hidden = layers.Conv1D(32, 3, activation="relu", padding="same")(hidden)
        hidden = layers.Conv1D(32, 3, activation="relu", dilation_rate=2, padding="causal")(hidden)
        return layers.GlobalMaxPooling1D()(hidden)

    return _classify(tf, data, body)


@recipe
def attention_text(tf: Any, data: Any) -> Recipe:
    """A small transformer block: positions, MultiHeadAttention, LayerNormalization."""

    def body(layers: Any, ids: Any) -> Any:
        hidden = layers.Embedding(_VOCABULARY, 16)(ids)
        attended = layers.MultiHeadAttention(2, 8)(hidden, hidden)
        hidden = layers.LayerNormalization()(layers.Add()([hidden, attended]))
        fed = layers.Dense(16)(layers.Dense(32, activation="gelu")(hidden))
        hidden = layers.LayerNormalization()(layers.Add()([hidden, fed]))
        return layers.GlobalAveragePooling1D()(hidden)

    return _classify(tf, data, body)


@recipe
def time_distributed(tf: Any, data: Any) -> Recipe:
    """TimeDistributed over the rows of a digit, SimpleRNN after it."""
    layers = tf.keras.layers
    x, y = data["digits"], data["digits_labels"]
    rows = layers.Input((8, 8), name="rows")
    hidden = layers.TimeDistributed(layers.Dense(16, activation="relu"))(rows)
    hidden = layers.SimpleRNN(24)(hidden)
    model = tf.keras.Model(rows, layers.Dense(10, activation="softmax", name="digit")(hidden))
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], epochs=6)
    return Recipe(model, {"rows": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def stateful_lstm(tf: Any, data: Any) -> Recipe:
    """A stateful LSTM of batch 1, each sample from its first state on, as a server has to."""
    layers = tf.keras.layers
    rows = layers.Input(batch_shape=(1, 8, 8), name="rows")
    hidden = layers.LSTM(16, stateful=True)(rows)
    model = tf.keras.Model(rows, layers.Dense(10, name="scores")(hidden))
    model.layers[-1].set_weights(
        [np.random.RandomState(0).normal(size=(16, 10)).astype(np.float32), np.zeros(10)]
    )
    x = data["digits"][:24]
    answers = []
    for row in x:
        model.layers[1].reset_states()
        answers.append(np.asarray(model(tf.constant(row[None]))))
    return Recipe(model, {"rows": x}, answers={"scores": np.concatenate(answers)})


@recipe
def sequence_to_sequence(tf: Any, data: Any) -> Recipe:
    """An encoder LSTM whose states start the decoder; a score for each step."""
    layers = tf.keras.layers
    x, y = data["text_ids"], data["texts_labels"]
    source = layers.Input((_WORDS,), name="source", dtype="int32")
    target = layers.Input((4,), name="target", dtype="int32")
    _, h, c = layers.LSTM(16, return_state=True)(layers.Embedding(_VOCABULARY, 12)(source))
    decoded = layers.LSTM(16, return_sequences=True)(
        layers.Embedding(_VOCABULARY, 12)(target), initial_state=[h, c]
    )
    answer = layers.TimeDistributed(layers.Dense(_KINDS, activation="softmax"), name="step")(
        decoded
    )
    model = tf.keras.Model([source, target], answer)
    steps = np.repeat(y[:, None], 4, axis=1)
    compile_and_fit(model, [x, x[:, :4]], steps, epochs=5)
    return Recipe(model, {"source": x[:80], "target": x[:80, :4]})


@recipe
def text_vectorization(tf: Any, data: Any) -> Recipe:
    """Takes text: TextVectorization inside the model."""
    layers = tf.keras.layers
    x, y = data["texts"], data["texts_labels"]
    vectorization = preprocessing(tf, "TextVectorization")(
        max_tokens=_VOCABULARY, output_sequence_length=_WORDS
    )
    vectorization.adapt(tf.data.Dataset.from_tensor_slices(x).batch(64))
    text = layers.Input((1,), name="text", dtype="string")
    hidden = layers.Embedding(_VOCABULARY, 16)(vectorization(text))
    hidden = layers.GlobalAveragePooling1D()(hidden)
    answer = layers.Dense(_KINDS, activation="softmax", name="kind")(hidden)
    model = tf.keras.Model(text, answer)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(tf.constant(x[:, None]), tf.constant(y), batch_size=16, epochs=30, verbose=0)
    return Recipe(model, {"text": x[-_HELD_BACK:, None]}, y[-_HELD_BACK:])


@recipe
def one_step_of_a_rnn(tf: Any, data: Any) -> Recipe:
    """GRU that gives all its steps and its state: three dimensions out."""
    layers = tf.keras.layers
    rows = layers.Input((8, 8), name="rows")
    steps, state = layers.GRU(12, return_sequences=True, return_state=True)(rows)
    model = tf.keras.Model(rows, [steps, state])
    return Recipe(model, {"rows": data["digits"][:96]})
