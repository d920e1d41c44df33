"""The ConfigProto of a session, written by hand: threads, and what of a card it may take.

Source of the field numbers: tensorflow/core/protobuf/config.proto.
"""

import math
import struct

from wherry.platforms.limits import read_limits
from wherry.runtimes.devices import Card

_DEVICE_COUNT = 1
_INTRA_OP_THREADS = 2
_INTER_OP_THREADS = 5
_GPU_OPTIONS = 6
_SOFT_PLACEMENT = 7
_GPU_MEMORY_RATIO, _GPU_GROWTH = 1, 4  # of GPUOptions
_VARINT, _FIXED64, _BYTES = 0, 1, 2  # wire types


def configuration(threads: int, card: Card | None) -> bytes:
    """Serialize the ConfigProto of a session.

    Operations run on the inter-op threads, whoever calls: with one of them two callers are no
    faster than one (Basic Pitch on 2 cores: 26 and 28 answers a second; with two, 32 and 56).
    The threads are the process's: those of its first session serve the later ones too.

    Without a card none is looked for, whatever the libraries could use. With one, memory is taken
    as it is needed and up to a limit, and what has no kernel for it runs on the CPU.
    """
    inter = max(threads, math.ceil(read_limits().cpus))
    parts = [_varint(_INTRA_OP_THREADS, threads), _varint(_INTER_OP_THREADS, inter)]
    if card is None:
        parts.append(_bytes(_DEVICE_COUNT, _bytes(1, b"GPU") + _varint(2, 0)))
    else:
        ratio = card.limit_bytes / card.memory_bytes
        parts.append(
            _bytes(_GPU_OPTIONS, _double(_GPU_MEMORY_RATIO, ratio) + _varint(_GPU_GROWTH, 1))
        )
    parts.append(_varint(_SOFT_PLACEMENT, 1))
    return b"".join(parts)


def _varint(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _encoded(value)


def _double(number: int, value: float) -> bytes:
    return _key(number, _FIXED64) + struct.pack("<d", value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, _BYTES) + _encoded(len(value)) + value


def _key(number: int, wire_type: int) -> bytes:
    return bytes([number << 3 | wire_type])


def _encoded(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
