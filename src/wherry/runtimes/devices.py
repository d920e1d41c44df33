"""Which device models run on: the CPU, or a CUDA card where one is asked for and answers.

A card is asked for with ``WHERRY_ACCELERATOR=cuda``, as the buildpack's profile script sets it.
Where none answers, models run on the CPU all the same, and that is said aloud: it is slower than
what was planned for, and nobody should have to find out by measuring.
"""

import logging
import math
import os
import threading
from collections.abc import Mapping
from ctypes import CDLL, POINTER, byref, c_char_p, c_int, c_size_t, c_uint, create_string_buffer
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from wherry.errors import ConfigurationError

logger = logging.getLogger("wherry")

CPU: Final = "cpu"
CUDA: Final = "cuda"
ACCELERATOR_VARIABLE: Final = "WHERRY_ACCELERATOR"
MEMORY_VARIABLE: Final = "WHERRY_GPU_MEMORY_RATIO"
"""Of a card's memory, what one runtime of one process may take; 0.5 unless it is set."""
_MEMORY_RATIO: Final = 0.5
_DRIVER: Final = "libcuda.so.1"
_SUCCESS: Final = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A CUDA device, the first that this process may see.

    Attributes:
        driver_cuda: The newest CUDA that its driver runs, as (12, 4).
    """

    name: str
    memory_bytes: int
    driver_cuda: tuple[int, int]

    @property
    def limit_bytes(self) -> int:
        """What one runtime may take of it."""
        return int(self.memory_bytes * memory_ratio())


@dataclass(frozen=True, slots=True)
class NoCard:
    """Why there is none, as a sentence with what to do."""

    reason: str


def wants_card(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a card is asked for.

    Raises:
        ConfigurationError: something else is.
    """
    asked = environ.get(ACCELERATOR_VARIABLE, "").strip().lower()
    if asked not in ("", CPU, CUDA):
        raise ConfigurationError(f"{ACCELERATOR_VARIABLE} is {asked!r}; it may be cpu or cuda.")
    return asked == CUDA


def memory_ratio(environ: Mapping[str, str] = os.environ) -> float:
    """Return what of a card's memory may be taken.

    Raises:
        ConfigurationError: it is no ratio.
    """
    text = environ.get(MEMORY_VARIABLE, "")
    try:
        ratio = float(text) if text else _MEMORY_RATIO
    except ValueError:
        ratio = math.nan
    if not 0 < ratio <= 1:
        raise ConfigurationError(f"{MEMORY_VARIABLE} is {text!r}; it is a ratio from 0 to 1.")
    return ratio


def card(built_for: str = "") -> Card | None:
    """Return the card to load models on; None, said once for each reason, where it is the CPU.

    ``built_for`` is the CUDA version that the runtime's libraries were built against.
    """
    if not wants_card():
        return None
    found = _first()
    if isinstance(found, Card):
        found = check_driver(found, built_for)
    if isinstance(found, NoCard):
        fall_back(found.reason)
        return None
    return found


def check_driver(found: Card, built_for: str) -> Card | NoCard:
    """Return the card, or why its driver cannot run what was built against that CUDA.

    Within a major version any driver of it does; an older driver does not run a newer one.
    Source: docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html.
    """
    major = built_for.partition(".")[0]
    if not major.isdecimal() or found.driver_cuda[0] >= int(major):
        return found
    ours = ".".join(map(str, found.driver_cuda))
    return NoCard(
        f"the driver of {found.name} runs CUDA {ours}, and these libraries were built against CUDA "
        f"{built_for}. Install a newer driver on the host, or versions built against CUDA "
        f"{found.driver_cuda[0]}: `wherry buildpack cuda` lists them"
    )


_told: set[str] = set()
_telling = threading.Lock()


def fall_back(reason: str) -> None:
    """Say that models run on the CPU although a card was asked for; each reason once."""
    with _telling:
        if reason in _told:
            return
        _told.add(reason)
    logger.warning(
        "%s=cuda was asked for, and models run on the CPU: %s.", ACCELERATOR_VARIABLE, reason
    )


@cache
def _first() -> Card | NoCard:
    """Ask the driver, once for the process: it stays what it was when it was first asked."""
    try:
        driver = CDLL(_DRIVER)
    except OSError:
        return NoCard(
            "there is no NVIDIA driver here (libcuda.so.1). Start the container with its GPUs: "
            "docker run --gpus all; Dokku: dokku docker-options:add APP deploy --gpus all"
        )
    return ask(driver)


def ask(driver: Any) -> Card | NoCard:
    """Return what a driver's library says of its first device."""
    _declare(driver)
    status = driver.cuInit(0)
    if status != _SUCCESS:
        return NoCard(f"the NVIDIA driver does not start (cuInit gives {status})")
    version, count, device = c_int(), c_int(), c_int()
    driver.cuDriverGetVersion(byref(version))
    if driver.cuDeviceGetCount(byref(count)) != _SUCCESS or count.value < 1:
        return NoCard("the NVIDIA driver shows no device; look at CUDA_VISIBLE_DEVICES")
    name, memory = create_string_buffer(256), c_size_t()
    if (
        driver.cuDeviceGet(byref(device), 0) != _SUCCESS
        or driver.cuDeviceGetName(name, len(name), device) != _SUCCESS
        or driver.cuDeviceTotalMem_v2(byref(memory), device) != _SUCCESS
    ):
        return NoCard("the NVIDIA driver does not tell of its first device")
    return Card(
        name.value.decode("utf-8", "replace"),
        memory.value,
        (version.value // 1000, version.value % 1000 // 10),
    )


def _declare(driver: Any) -> None:
    """Declare the functions. Source: cuda.h of the CUDA Toolkit, its driver API."""
    numbers = POINTER(c_int)
    for name, arguments in {
        "cuInit": (c_uint,),
        "cuDriverGetVersion": (numbers,),
        "cuDeviceGetCount": (numbers,),
        "cuDeviceGet": (numbers, c_int),
        "cuDeviceGetName": (c_char_p, c_int, c_int),
        "cuDeviceTotalMem_v2": (POINTER(c_size_t), c_int),
    }.items():
        function = getattr(driver, name)
        function.restype = c_int
        function.argtypes = arguments


def device_of(model: object) -> str:
    """Return what a loaded model runs on: ``cpu``, or ``cuda`` with the card's name."""
    return str(getattr(model, "device", CPU))
