"""TensorFlow's C API through ctypes.

Source of the declarations: tensorflow/c/c_api.h, tf_tensor.h, tf_status.h and tf_tstring.h,
which TensorFlow keeps stable.
"""

# OpenSSL's symbols are in TensorFlow's libraries too, in another version: Python's own
# must be bound first, else a later `import hashlib` can crash.
import hashlib  # noqa: F401
import hmac  # noqa: F401
import os
import ssl  # noqa: F401
import threading
from contextlib import nullcontext
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_ubyte,
    c_void_p,
)
from pathlib import Path
from typing import Any

from wherry.errors import RuntimeMissing
from wherry.libtensorflow import CC_LIBRARY, FRAMEWORK_LIBRARY
from wherry.runtimes.quiet import TENSORFLOW, without_lines

_QUIET = "3"  # fatal errors only
STRING_BYTES = 24
"""Size of one TF_TString."""


class Output(Structure):
    """TF_Output: one output of an operation of the graph."""

    _fields_ = (("operation", c_void_p), ("index", c_int))


Deallocator = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)
"""What TensorFlow calls when it needs a tensor's memory no more: data, length, argument."""

_OUTPUTS = POINTER(Output)
_HANDLES = POINTER(c_void_p)
_DIMENSIONS = POINTER(c_int64)
_STRINGS = POINTER(c_char_p)

_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "TF_Version": (c_char_p, ()),
    "TF_NewStatus": (c_void_p, ()),
    "TF_DeleteStatus": (None, (c_void_p,)),
    "TF_GetCode": (c_int, (c_void_p,)),
    "TF_Message": (c_char_p, (c_void_p,)),
    "TF_NewSessionOptions": (c_void_p, ()),
    "TF_DeleteSessionOptions": (None, (c_void_p,)),
    "TF_SetConfig": (None, (c_void_p, c_char_p, c_size_t, c_void_p)),
    "TF_NewGraph": (c_void_p, ()),
    "TF_DeleteGraph": (None, (c_void_p,)),
    "TF_GraphOperationByName": (c_void_p, (c_void_p, c_char_p)),
    "TF_OperationNumOutputs": (c_int, (c_void_p,)),
    "TF_LoadSessionFromSavedModel": (
        c_void_p,
        (c_void_p, c_void_p, c_char_p, _STRINGS, c_int, c_void_p, c_void_p, c_void_p),
    ),
    "TF_CloseSession": (None, (c_void_p, c_void_p)),
    "TF_DeleteSession": (None, (c_void_p, c_void_p)),
    "TF_SessionListDevices": (c_void_p, (c_void_p, c_void_p)),
    "TF_DeviceListCount": (c_int, (c_void_p,)),
    "TF_DeviceListType": (c_char_p, (c_void_p, c_int, c_void_p)),
    "TF_DeleteDeviceList": (None, (c_void_p,)),
    "TF_SessionRun": (
        None,
        (
            *(c_void_p, c_void_p),
            *(_OUTPUTS, _HANDLES, c_int),
            *(_OUTPUTS, _HANDLES, c_int),
            *(_HANDLES, c_int),
            *(c_void_p, c_void_p),
        ),
    ),
    "TF_NewTensor": (
        c_void_p,
        (c_int, _DIMENSIONS, c_int, c_void_p, c_size_t, Deallocator, c_void_p),
    ),
    "TF_AllocateTensor": (c_void_p, (c_int, _DIMENSIONS, c_int, c_size_t)),
    "TF_DeleteTensor": (None, (c_void_p,)),
    "TF_TensorType": (c_int, (c_void_p,)),
    "TF_NumDims": (c_int, (c_void_p,)),
    "TF_Dim": (c_int64, (c_void_p, c_int)),
    "TF_TensorByteSize": (c_size_t, (c_void_p,)),
    "TF_TensorData": (c_void_p, (c_void_p,)),
    "TF_StringInit": (None, (c_void_p,)),
    "TF_StringCopy": (None, (c_void_p, c_char_p, c_size_t)),
    "TF_StringGetDataPointer": (POINTER(c_ubyte), (c_void_p,)),
    "TF_StringGetSize": (c_size_t, (c_void_p,)),
    "TF_StringDealloc": (None, (c_void_p,)),
}

_lock = threading.Lock()
_opened: CDLL | None = None


def opened(folder: Path) -> CDLL:
    """Open the libraries in ``folder``, once for the process: two would share their symbols.

    Raises:
        RuntimeMissing: they cannot be loaded.
    """
    global _opened
    with _lock:
        if _opened is None:
            _opened = _open(folder)
        return _opened


def _open(folder: Path) -> CDLL:
    # TensorFlow reports through its status; what it would print to stderr besides is for
    # those who develop it.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _QUIET)
    asked_for = os.environ["TF_CPP_MIN_LOG_LEVEL"] != _QUIET
    try:
        # The first by its full path, so that no other folder's is found by its bare name.
        with nullcontext() if asked_for else without_lines(TENSORFLOW):
            _dlopen(folder / FRAMEWORK_LIBRARY)
        library = _dlopen(folder / CC_LIBRARY)
        for name, (restype, argtypes) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype = restype
            function.argtypes = argtypes
    except (OSError, AttributeError) as error:
        raise RuntimeMissing(
            f"TensorFlow's libraries in {folder} cannot be loaded: {error}."
        ) from None
    return library


def _dlopen(path: Path) -> CDLL:
    """Open a library with its symbols to itself, and bind its functions as they are called.

    ctypes would bind all 150,000 at once, a third of the time that opening takes.
    """
    libc = CDLL(None)
    libc.dlopen.argtypes = (c_char_p, c_int)
    libc.dlopen.restype = c_void_p
    libc.dlerror.argtypes = ()
    libc.dlerror.restype = c_char_p
    handle = libc.dlopen(os.fsencode(path), os.RTLD_LAZY | os.RTLD_LOCAL)
    if handle is None:
        raise OSError(libc.dlerror().decode("utf-8", "replace"))
    return CDLL(str(path), handle=handle)
