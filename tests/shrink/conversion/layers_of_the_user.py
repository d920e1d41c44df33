"""Custom objects as a user has them, for ``--with``: for Keras 2 and 3."""

import tensorflow as tf

keras = tf.keras


class Scale(keras.layers.Layer):
    """Multiplies."""

    def __init__(self, by=1.0, **others):
        super().__init__(**others)
        self.by = by

    def call(self, inputs):
        return inputs * self.by

    def get_config(self):
        return {**super().get_config(), "by": self.by}


def squash(inputs):
    return inputs / (1 + tf.abs(inputs))
