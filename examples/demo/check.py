"""Serve the site, ask it what it should know, and say how it did: one line of JSON, the last.

    scripts/demo --check

The exit status is 0 only if at least 95 of 100 held-back digits are right, the scale has exactly
its notes in every format, and TensorFlow's Python part was not imported.
"""

import argparse
import json
import math
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from digits.drawing import enlarge
from digits.views import read_held_back
from notes.synthesis import MAJOR_SCALE, scale, to_wav
from PIL import Image

from wherry.platforms.memory import read_memory

HERE = Path(__file__).resolve().parent
NEEDED_RATIO = 0.95
START_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
ANSWER_WITHIN_S = 60.0
PICTURES = 100
FORMATS = (
    (8_000, "PCM_U8", 1),
    (22_050, "PCM_16", 2),
    (44_100, "PCM_24", 2),
    (48_000, "PCM_32", 1),
    (48_000, "FLOAT", 2),
)
"""Sample rate, sample format and channels of the scales that are sent."""
DISTRIBUTIONS = ("wherry", "django", "numpy", "granian", "ai-edge-litert", "onnxruntime")


class NotReady(Exception):
    """The server answers, but not yet with what was asked for."""


class CheckFailed(Exception):
    """The server does not answer as it should; the message says how."""


def main() -> int:
    """Run the check and return the exit status."""
    parser = argparse.ArgumentParser(description="Check the demo site.")
    parser.add_argument("--port", type=int, default=None)
    port = parser.parse_args().port or free_port()
    # Told to stop, the check still has a server to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = time.monotonic()
    # Its own process group, so that all of it can be stopped whatever happens.
    server = subprocess.Popen(
        [Path(sys.executable).with_name("wherry"), "serve", "demo.wsgi", "--port", str(port)],
        cwd=HERE,
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        report = ask(f"http://127.0.0.1:{port}", server, started)
    except CheckFailed as error:
        report = {"ok": False, "error": str(error)}
    finally:
        stop(server)
    print(json.dumps(report))
    return 0 if report["ok"] else 1


def ask(url: str, server: subprocess.Popen[bytes], started: float) -> dict[str, Any]:
    """Ask the server everything and return the report."""
    digits = read_held_back()
    images = [enlarge(np.reshape(digit["cells"], (1, 8, 8)))[0] for digit in digits]
    first_answer_s = wait_for_digit(url, images[0].tolist(), server, started)
    wait_for_notes(url, server, started)
    notes_ready_s = time.monotonic() - started

    right = sum(
        best(post_json(url + "/v1/models/digits:predict", {"instances": [image.tolist()]}))
        == digit["label"]
        for digit, image in zip(digits, images, strict=True)
    )
    pictures = sum(
        post(url + "/v1/models/digit-pictures:predict", picture(digit["cells"]), "image/png")[
            "predictions"
        ]["label"]
        == str(digit["label"])
        for digit in digits[:PICTURES]
    )
    heard = {
        f"{rate} Hz {kind} {channels} ch": notes_of(url, wav(rate, kind, channels))
        for rate, kind, channels in FORMATS
    }
    heard["/notes/scale.wav"] = notes_of(url, get(url + "/notes/scale.wav"))
    scale_exact = all(notes == list(MAJOR_SCALE) for notes in heard.values())

    pids = tree(server.pid)
    mapped = [mapped_files(pid) for pid in pids]
    imported = any("/tensorflow/python/" in files for files in mapped)
    ok = (
        right >= math.ceil(NEEDED_RATIO * len(digits))
        and pictures >= math.ceil(NEEDED_RATIO * PICTURES)
        and scale_exact
        and not imported
    )
    return {
        "ok": ok,
        "digits": {"right": right, "of": len(digits)},
        "pictures": {"right": pictures, "of": PICTURES},
        "scale": {"exact": scale_exact, "midi": heard},
        "seconds_to_first_answer": round(first_answer_s, 3),
        "seconds_to_notes_ready": round(notes_ready_s, 3),
        "processes": len(pids),
        "memory_bytes": memory(pids),
        "tensorflow_imported": imported,
        "libtensorflow_mapped": any("libtensorflow_cc" in files for files in mapped),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in DISTRIBUTIONS},
    }


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_digit(
    url: str, image: list[float], server: subprocess.Popen[bytes], started: float
) -> float:
    """Ask for a first digit until it is answered; return the seconds since the start."""
    body = json.dumps({"instances": [image]}).encode()
    while True:
        try:
            post(url + "/v1/models/digits:predict", body, "application/json")
            return time.monotonic() - started
        except (OSError, NotReady):
            give_up_or_wait(server, started)


def wait_for_notes(url: str, server: subprocess.Popen[bytes], started: float) -> None:
    """Wait until every model is ready."""
    while True:
        try:
            get(url + "/v2/health/ready")
            return
        except (OSError, NotReady):
            give_up_or_wait(server, started)


def give_up_or_wait(server: subprocess.Popen[bytes], started: float) -> None:
    """Wait a moment, unless waiting is of no use."""
    if server.poll() is not None:
        raise CheckFailed(f"The server ended with status {server.returncode}.")
    if time.monotonic() - started > START_WITHIN_S:
        raise CheckFailed(f"The server was not ready within {START_WITHIN_S:.0f} seconds.")
    time.sleep(0.01)


def get(url: str) -> bytes:
    """Return what is at the address."""
    return _request("GET", url, None, {})


def post(url: str, body: bytes, content_type: str) -> Any:
    """Send the body and return the JSON answer."""
    return json.loads(_request("POST", url, body, {"Content-Type": content_type}))


def _request(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=ANSWER_WITHIN_S)
    try:
        connection.request(method, address.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise NotReady
    if answer.status != HTTPStatus.OK:
        said = content.decode(errors="replace")[:500]
        raise CheckFailed(f"{address.path} answered {answer.status}: {said}")
    return content


def post_json(url: str, value: object) -> Any:
    """Send a value as JSON and return the JSON answer."""
    return post(url, json.dumps(value).encode(), "application/json")


def best(answer: Any) -> int:
    """Return the likeliest label of the first prediction."""
    return int(np.argmax(answer["predictions"][0]))


def picture(cells: list[int]) -> bytes:
    """Return a digit as a PNG file such as a person might upload: black on white, with a rim."""
    grey = np.pad(255 - np.reshape(cells, (8, 8)) * 255 // 16, 2, constant_values=255)
    file = BytesIO()
    image = Image.fromarray(grey.astype(np.uint8))
    image.resize((240, 240), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def wav(rate: int, sample_format: str, channels: int) -> bytes:
    """Return the scale as a WAV file of that kind."""
    return to_wav(np.stack([scale(rate)] * channels, axis=1), rate, sample_format)


def notes_of(url: str, recording: bytes) -> list[int]:
    """Return the MIDI pitches that the server hears, in order."""
    answer = post(url + "/notes/transcription", recording, "audio/wav")
    return [note["midi"] for note in answer["notes"]]


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(found for child in children for found in tree(int(child)))]


def mapped_files(pid: int) -> str:
    """Return the kernel's list of the files that a process has mapped."""
    return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")


def memory(pids: list[int]) -> dict[str, int]:
    """Return the processes' memory, summed; RSS counts shared pages more than once."""
    held = [found for found in map(read_memory, pids) if found is not None]
    return {
        "anonymous": sum(each.anonymous_bytes + each.swap_bytes for each in held),
        "pss": sum(each.pss_bytes for each in held),
        "rss": sum(each.rss_bytes for each in held),
    }


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server as a host does, and by force if it does not end."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
