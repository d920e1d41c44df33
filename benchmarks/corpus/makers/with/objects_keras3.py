"""The custom objects of the cases that Keras 3 writes, as a user's own file defines them."""

import keras


@keras.saving.register_keras_serializable(package="corpus")
class Scale(keras.layers.Layer):
    """Multiplies by a weight for each feature, and adds a constant."""

    def __init__(self, offset=0.5, **kwargs):
        super().__init__(**kwargs)
        self.offset = offset

    def build(self, shape):
        """Make the weight."""
        self.factor = self.add_weight(name="factor", shape=(shape[-1],), initializer="ones")

    def call(self, x):
        """Scale."""
        return x * self.factor + self.offset

    def get_config(self):
        """Return what makes it again."""
        return dict(super().get_config(), offset=self.offset)


class Squash(keras.layers.Layer):
    """Is not registered: found by its name alone."""

    def call(self, x):
        """Squash."""
        return x / (1.0 + keras.ops.abs(x))


@keras.saving.register_keras_serializable(package="corpus")
class Classifier(keras.Model):
    """A subclassed model."""

    def __init__(self, width=24, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.hidden = keras.layers.Dense(width, activation="relu")
        self.scale = Scale()
        self.scores = keras.layers.Dense(10)

    def call(self, x):
        """Answer."""
        return self.scores(self.scale(self.hidden(x)))

    def get_config(self):
        """Return what makes it again."""
        return {"width": self.width}
