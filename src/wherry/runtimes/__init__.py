"""The libraries that run models, behind one protocol (see ``protocol``); none is a dependency."""

from importlib import import_module
from pathlib import Path

from wherry.errors import ConfigurationError
from wherry.runtimes.protocol import LoadedModel, LoadOptions

_MODULES = {
    "litert": "wherry.runtimes.litert",
    "onnx": "wherry.runtimes.onnx",
    "tensorflow": "wherry.runtimes.tensorflow",
}


def load(runtime: str, model: Path, options: LoadOptions) -> LoadedModel:
    """Load a model file (a SavedModel: its folder) with the runtime of that name.

    Raises:
        ConfigurationError: there is no such runtime.
        BundleError: the file is not what it should be.
        RuntimeMissing: the library is not installed; the sentence says what to install.
    """
    loaded: LoadedModel = import_module(module_of(runtime)).load(model, options)
    return loaded


def module_of(runtime: str) -> str:
    """Return the name of the module that holds a runtime.

    Raises:
        ConfigurationError: there is no such runtime.
    """
    try:
        return _MODULES[runtime]
    except KeyError:
        known = ", ".join(_MODULES)
        raise ConfigurationError(
            f'There is no runtime "{runtime}"; the runtimes are: {known}.'
        ) from None
