"""SavedModels in fresh processes: other versions' libraries, memory, quiet, forks."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from tests.pitch import SAVED_MODEL
from tests.tensorflow_libraries import SAVED_MODELS, libraries
from wherry.runtimes.quiet import TENSORFLOW, without_lines

VERSIONS = ("2.12", "2.15", "2.21")

START = f"""
import importlib.util, json, sys, threading
from pathlib import Path
import numpy as np
from wherry.errors import InvalidInput
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions

PITCH = Path({str(SAVED_MODEL)!r})
MODELS = Path({str(SAVED_MODELS)!r})
AUDIO = np.random.default_rng(0).standard_normal((1, 43844, 1)).astype(np.float32) * 0.1
said = {{}}

def load_small(name):
    return load("tensorflow", MODELS / name, LoadOptions(threads=2))

def load_pitch():
    return load("tensorflow", PITCH, LoadOptions(threads=2))

def strings(*items):
    array = np.empty(len(items), object)
    array[:] = items
    return array

def memory_kb(field):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))
"""
END = "\nprint(json.dumps(said))"


def said_by(code: str, version: str = "2.21", **environment: str) -> tuple[dict[str, object], str]:
    """Run the code in a new process; return what it put into ``said``, and its stderr."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", START + code + END],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=inherited | {"WHERRY_TENSORFLOW": str(libraries(version))} | environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_libraries_of_each_version_serve_old_and_new_models(version: str) -> None:
    """Saved by TensorFlow 2.4 and 2.21, on whichever Python runs; TensorFlow itself is nowhere."""
    said, stderr = said_by(
        """
pitch = load_pitch()
said["note"] = pitch.run("serving_default", {"input_2": AUDIO})["note"].shape
said["louder"] = float(pitch.run("serving_default", {"input_2": AUDIO * 3})["note"].max())
words = load_small("words").run("serving_default", {"words": strings(b"Django", b"x" * 50)})
said["kinds"] = [kind.decode() for kind in words["kinds"]]
model = load_small("datatypes")
said["datatypes"] = 0
for name, signature in model.signatures.items():
    x = np.ones((1, 2)).astype(signature.inputs[0].datatype.numpy)
    if x.dtype == object:
        x[:] = b"string"
    y = model.run(name, {"x": x})["y"]
    said["datatypes"] += bool(y.dtype == x.dtype and (y == np.concatenate([x, x])).all())
tf1 = load_small("tensorflow1").run("serving_default", {"x": np.ones((1, 3), np.float32)})
said["tensorflow1"] = float(tf1["y"].item())
keras = load_small("keras").run("serving_default", {"features": np.ones((1, 8), np.float32)})
said["keras"] = float(keras["output_0"].sum())
try:
    load_small("refusals").run("embed", {"indices": np.array([99], np.int32)})
except InvalidInput as error:
    said["refusal"] = str(error)
said["imported"] = [name for name in sys.modules if name.split(".")[0] == "tensorflow"]
said["importable"] = importlib.util.find_spec("tensorflow") is not None
""",
        version,
    )
    assert said["note"] == [1, 172, 88]
    assert 0 < said.pop("louder") < 1
    assert said["kinds"] == ["web", "unknown"]
    assert said["datatypes"] == 16
    assert said["tensorflow1"] == 6.0
    assert said["keras"] == pytest.approx(1.0)
    assert "indices[0] = 99 is not in [0, 10)." in str(said["refusal"])
    assert said["imported"] == []
    assert said["importable"] is False
    assert stderr == ""


def test_basic_pitch_fits_beside_django() -> None:
    """At most 160 MB anonymous and 220 MB PSS, after the warm-up is trimmed and a request more."""
    said, _ = said_by(
        """
import django.core.handlers.wsgi, django.http, django.urls
pitch = load_pitch()
before = pitch.run("serving_default", {"input_2": AUDIO})
said["untrimmed_kb"] = memory_kb("Rss")
pitch.trim()
said["trimmed_kb"] = memory_kb("Rss")
after = pitch.run("serving_default", {"input_2": AUDIO})
said["equal"] = all(bool((before[name] == after[name]).all()) for name in before)
said["anonymous_kb"] = memory_kb("Anonymous")
said["pss_kb"] = memory_kb("Pss")
"""
    )
    assert said["equal"] is True
    assert said["anonymous_kb"] < 160_000
    assert said["pss_kb"] < 220_000
    assert said["trimmed_kb"] < 0.6 * said["untrimmed_kb"]


def test_what_a_trial_of_batches_read_of_the_libraries_is_given_back() -> None:
    """A served model is tried with sizes that may never come again: all that stays is a run's."""
    said, _ = said_by(
        """
import time
from wherry.serving import quiet
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions

def library_kb():
    kb, library = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split()[0]:
            library = "libtensorflow" in line
        elif library and line.startswith("Rss:"):
            kb += int(line.split()[1])
    return kb

quiet.QUIET_S = 0.01
model = ServedModel("pitch", ModelOptions(PITCH, threads=2))
model.load()
deadline = time.monotonic() + 60
while quiet._running and time.monotonic() < deadline:
    time.sleep(0.01)
said["tried"] = list(model.batching)
model.predict({"input_2": AUDIO})
said["left_kb"] = library_kb()
model._ready.loaded.trim()
model.predict({"input_2": AUDIO})
said["needed_kb"] = library_kb()
"""
    )
    assert said["tried"] == ["serving_default"]
    # 45 MB of 44; 71 where it is not given back.
    assert float(str(said["left_kb"])) < 1.2 * float(str(said["needed_kb"]))


def test_thousands_of_calls_leave_memory_flat() -> None:
    """Numbers, long strings both ways, refused values, and models loaded and closed again."""
    said, _ = said_by(
        """
words, refusals, layers = (load_small(name) for name in ("words", "refusals", "layers"))
text = strings(*(b"%d" % number + b"x" * 200 for number in range(40)))
image = np.ones((4, 32, 32, 3), np.float32)

def work(count):
    for _ in range(count):
        words.run("serving_default", {"words": text})
        layers.run("serving_default", {"image": image})
        try:
            refusals.run("embed", {"indices": np.full(1000, 99, np.int32)})
        except InvalidInput:
            continue
        raise AssertionError

def reload(count):
    for _ in range(count):
        again = load_small("keras")
        again.run("serving_default", {"features": np.ones((1, 8), np.float32)})
        again.close()

work(300)
reload(10)
start_kb = memory_kb("Anonymous")
work(2000)
said["calls_kb"] = memory_kb("Anonymous") - start_kb
reload(20)
said["loads_kb"] = memory_kb("Anonymous") - start_kb
"""
    )
    # One call's strings are 16 kB, kept twice over in both directions.
    assert said["calls_kb"] < 2_000
    assert said["loads_kb"] < 4_000


def test_closed_model_gives_its_memory_back() -> None:
    """To the system, not only to the heap."""
    said, _ = said_by(
        """
load_small("keras")
start_kb = memory_kb("Anonymous")
pitch = load_pitch()
pitch.run("serving_default", {"input_2": AUDIO})
said["loaded_kb"] = memory_kb("Anonymous") - start_kb
pitch.close()
said["closed_kb"] = memory_kb("Anonymous") - start_kb
"""
    )
    assert said["loaded_kb"] > 20_000
    assert said["closed_kb"] < 0.6 * said["loaded_kb"]


def test_what_others_write_to_stderr_meanwhile_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    """Only TensorFlow's own lines are held back while its libraries are opened."""
    with without_lines(TENSORFLOW):
        os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are ...\n")
        os.write(2, b"somebody's traceback\n")
        os.write(2, b"I0000 00:00:1795463468.711270   24990 port.cc:153] oneDNN is on\n")
        os.write(2, b"E0000 00:00:1795463468.711270   24990 port.cc:153] an error\nno newline")
    os.write(2, b", and afterwards\n")
    assert capfd.readouterr().err.splitlines() == [
        "somebody's traceback",
        "E0000 00:00:1795463468.711270   24990 port.cc:153] an error",
        "no newline, and afterwards",
    ]


def test_failure_while_stderr_is_held_back_still_says_all(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What was written before an exception is not lost with it."""

    def fail() -> None:
        with without_lines(TENSORFLOW):
            os.write(2, b"before\n")
            raise OSError("too short")

    with pytest.raises(OSError, match="too short"):
        fail()
    assert capfd.readouterr().err == "before\n"


def test_whoever_asks_for_tensorflows_log_gets_it() -> None:
    """A level set by the user is left alone."""
    said, stderr = said_by(
        """
import os
load_small("keras")
said["level"] = os.environ["TF_CPP_MIN_LOG_LEVEL"]
""",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert said["level"] == "0"
    assert "oneDNN" in stderr


def test_openssl_works_after_tensorflow_is_loaded() -> None:
    """Its libraries carry another OpenSSL, whose symbols must not reach Python's."""
    said, _ = said_by(
        """
load_small("keras")
import hashlib, hmac, ssl
said["digest"] = hashlib.sha256(b"wherry").hexdigest()
said["mac"] = len(hmac.new(b"k", b"wherry", "sha512").digest())
said["context"] = bool(ssl.create_default_context().get_ciphers())
"""
    )
    digest = hashlib.sha256(b"wherry").hexdigest()
    assert said == {"digest": digest, "mac": 64, "context": True}


def test_child_of_a_fork_is_refused_instead_of_hanging() -> None:
    """A session's threads do not exist in the child."""
    said, _ = said_by(
        """
import os
from wherry.errors import LoadedBeforeFork
model = load_small("keras")
features = {"features": np.ones((1, 8), np.float32)}
model.run("serving_default", features)
child = os.fork()
if child == 0:
    try:
        model.run("serving_default", features)
    except LoadedBeforeFork:
        model.close()
        os._exit(7)
    os._exit(1)
said["child"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
said["parent"] = model.run("serving_default", features)["output_0"].shape
""",
        PYTHONWARNINGS="ignore::DeprecationWarning",
    )
    assert said == {"child": 7, "parent": [1, 3]}
