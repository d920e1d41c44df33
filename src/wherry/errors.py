"""What can go wrong, as sentences: a class's docstring is its default message.

Nothing here knows of HTTP or Django; the rims turn these into status codes and exit codes.
"""


class WherryError(Exception):
    """Wherry could not do what it was asked."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").split("\n", 1)[0])


class InvalidInput(WherryError):
    """The input does not fit the model's signature."""


class InputTooLarge(InvalidInput):
    """The input is larger than this model accepts."""


class BodyTooSlow(InvalidInput):
    """The body of the request did not come in time."""


class UnsupportedContent(InvalidInput):
    """The content type or encoding of the request is not one that is understood."""


class ModelNotFound(WherryError):
    """No model of that name or version is served here."""


class ModelNotReady(WherryError):
    """The model is still being loaded; ask again in a moment."""

    def __init__(self, message: str = "", *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Overloaded(WherryError):
    """Too many requests are waiting for this model; ask again in a moment."""

    def __init__(self, message: str = "", *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeadlineExceeded(WherryError):
    """The answer was not ready within the time that this request was given."""


class BundleError(WherryError):
    """The model's folder cannot be served as it is."""


class NotAModel(WherryError):
    """The file is not a model that can be read."""


class ConversionFailed(WherryError):
    """The model could not be turned into this form."""


class RuntimeMissing(WherryError):
    """The library that runs this kind of model is not installed."""


class ExecutionFailed(WherryError):
    """The runtime failed while it ran the model."""


class LoadedBeforeFork(WherryError):
    """The model was loaded before this process was forked, and would hang here.

    TensorFlow sessions and multi-threaded ONNX Runtime sessions do not survive a fork.
    """


class ConfigurationError(WherryError):
    """Wherry's settings are not usable as they are."""


class DoesNotFit(WherryError):
    """The model does not fit into the memory that is left."""


class ChangeFailed(WherryError):
    """The models could not be changed as asked; what was served before is served still."""
