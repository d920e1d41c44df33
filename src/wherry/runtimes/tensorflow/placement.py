"""The device of a TensorFlow session: chosen before it is made, and looked at after."""

import os
from ctypes import CDLL

from wherry.runtimes import devices
from wherry.runtimes.devices import CPU, Card
from wherry.runtimes.tensorflow import status

CUDA_VARIABLE = "WHERRY_CUDA"
"""Environment variable with the CUDA version that the libraries were built against, as the
buildpack sets it."""
_PRECISION_VARIABLE = "NVIDIA_TF32_OVERRIDE"


def chosen() -> Card | None:
    """Return the card to make sessions on; None for the CPU.

    To be asked before the libraries are opened: they read the environment then.
    """
    card = devices.card(os.environ.get(CUDA_VARIABLE, ""))
    if card is not None:
        # TF32 keeps 10 bits of a float32 product, enough to be wrong by 1e-3 and more. Whoever
        # wants its speed sets the variable to 1.
        os.environ.setdefault(_PRECISION_VARIABLE, "0")
    return card


def confirmed(library: CDLL, session: int, card: Card | None) -> str:
    """Return what a session really runs on; say it where that is not the chosen card."""
    if card is None:
        return CPU
    if "GPU" in _device_types(library, session):
        return f"{devices.CUDA} ({card.name})"
    devices.fall_back(
        f"TensorFlow's libraries cannot use {card.name}: either they are tensorflow-cpu's, which "
        "hold no code for cards, or CUDA's libraries are not on the loader's path. Build with "
        'accelerator = "cuda" in [tool.wherry]'
    )
    return CPU


def _device_types(library: CDLL, session: int) -> frozenset[str]:
    with status.checked(library) as state:
        listed = library.TF_SessionListDevices(session, state)
    found = set()
    try:
        for index in range(library.TF_DeviceListCount(listed)):
            with status.checked(library) as state:
                found.add(library.TF_DeviceListType(listed, index, state).decode())
    finally:
        library.TF_DeleteDeviceList(listed)
    return frozenset(found)
