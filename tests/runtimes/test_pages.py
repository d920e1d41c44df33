"""Memory that nobody uses any more goes back to the system."""

import os
import subprocess
import sys

from wherry.django.server.launch import ENVIRONMENT

MIB = 2**20
PROGRAM = f"""
import ctypes
from concurrent.futures import ThreadPoolExecutor
from wherry.platforms.usage import anonymous_bytes
from wherry.runtimes.pages import release_heap

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]

def held(size):
    address = libc.malloc(size)
    ctypes.memset(address, 1, size)
    return address

# Only the one asks for memory, so that nothing comes to lie behind its block by chance.
with ThreadPoolExecutor(1) as thread:
    # The C library has blocks in its arenas that are no larger than one that was freed.
    thread.submit(lambda: libc.free(held(17 * {MIB}))).result()
    before = anonymous_bytes()
    weights = thread.submit(held, 16 * {MIB}).result()
    loaded = anonymous_bytes()
    thread.submit(libc.free, weights).result()
    release_heap()
    print(loaded - before, anonymous_bytes() - before)
"""


def test_what_a_thread_freed_goes_back_under_the_environment_of_wherry_serve() -> None:
    """Models are loaded and let go by threads, which have arenas of their own where they may."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded_bytes, kept_bytes = map(int, done.stdout.split())
    assert loaded_bytes > 15 * MIB
    assert kept_bytes < MIB
