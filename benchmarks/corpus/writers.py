"""The environments that models are written in: Wherry's own, with the Keras of their time."""

from wherry.shrink.conversion.environments import Environment, make
from wherry.shrink.conversion.releases import release_of

# A TensorFlow with Keras 3 takes the newest one, unless told which: what people had at the time.
_KERAS = {"2.16": "3.3.3", "2.18": "3.6.0", "2.21": "3.15.1"}


def writer(tensorflow: str) -> Environment:
    """Return the environment of a minor version of TensorFlow; make it where it is not there."""
    release = release_of(tensorflow)
    assert release is not None
    name, requirements = f"tensorflow-{release.minor}", release.requirements
    if (keras := _KERAS.get(tensorflow)) is not None:
        name, requirements = f"{name}-keras-{keras}", (*requirements, f"keras=={keras}")
    return make(
        name, requirements, release.pythons, modules=("tensorflow", "tensorflow.keras"), say=print
    )
