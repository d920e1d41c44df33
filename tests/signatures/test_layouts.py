"""What real logs do to an exception: break its message, nest it, lose its neighbours."""

import pytest

from tests.signatures.reading import first_causes, possible_causes, read, trace

PACKAGES = "/app/.heroku/python/lib/python3.12/site-packages"
REQUEST = f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = wrapped_callback(x)"


def test_a_message_over_several_lines_is_one() -> None:
    text = trace(
        "/app/app.py:predict:interpreter.invoke()",
        error="RuntimeError: There is at least 1 reference to internal data\n"
        "      in the interpreter in the form of a numpy array or slice. Be sure to\n"
        "      only hold the function returned from tensor() if you are using raw\n"
        "      data access.",
    )
    assert first_causes(text) == ["interpreter-shared-by-threads"]


def test_an_error_within_an_error_is_found() -> None:
    text = trace(
        REQUEST,
        "/app/views.py:predict:model.predict(x)",
        error="ValueError: in user code:\n\n"
        f'    File "{PACKAGES}/keras/src/engine/training.py", line 2440, in predict_function  *\n'
        "        return step_function(self, iterator)\n\n"
        '    ValueError: Input 0 of layer "model" is incompatible with the layer: expected '
        "shape=(None, 64, 64, 3), found shape=(None, 64, 64, 4)\n",
    )
    assert first_causes(text) == ["input-shape-mismatch"]


def test_an_exception_right_below_a_frame_without_code_is_one() -> None:
    text = (
        "Collecting mysqlclient==2.2.0\n"
        "  Getting requirements to build wheel: finished with status 'error'\n"
        "      Traceback (most recent call last):\n"
        '        File "<string>", line 154, in <module>\n'
        '        File "<string>", line 27, in find_package_name\n'
        "      Exception: Can not find valid pkg-config name.\n"
        "      [end of output]\n"
    )
    assert first_causes(text) == ["build-tools-missing"]


def test_windows_paths_are_paths() -> None:
    text = trace(
        r"C:\Users\me\venv\lib\site-packages\gunicorn\util.py:import_app:x",
        error="ModuleNotFoundError: No module named 'mysite'",
    ).replace("C:Users", "C:\\Users")
    assert first_causes(text.replace('File "C"', 'File "C:\\lib\\site-packages\\gunicorn\\x.py"'))


def test_the_same_crash_again_and_again_is_one_finding() -> None:
    crash = trace(
        "/app/app.py:<module>:import cv2", error="ModuleNotFoundError: No module named 'cv2'"
    )
    assert first_causes((crash + "[2024-01-01] again\n") * 40) == ["dependency-not-in-requirements"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            (
                "consider renaming '/srv/shop/random.py' since it has the same name as the "
                "standard library module named 'random'"
            ),
            "module-shadowed",
        ),
        (
            trace(
                "/srv/shop/manage.py:<module>:import tempfile",
                "/usr/lib/python3.12/tempfile.py:<module>:from random import Random",
                error="ImportError: cannot import name 'Random' from 'random' (/srv/x/random.py)",
            ),
            "module-shadowed",
        ),
        (
            "ValueError: Model provided has model identifier 'ion ', should be 'TFL3'",
            "git-lfs-pointer",
        ),
        ("ERROR: process did not complete successfully: exit code: 137", "build-out-of-memory"),
        (
            (
                "Collecting netifaces\n      error: [Errno 2] No such file or directory: 'gcc'\n"
                "  ERROR: Failed building wheel for netifaces"
            ),
            "build-tools-missing",
        ),
        ("remote: Waiting for release.... failed.", "release-phase-failed"),
        ("Your Ruby version is 3.3.6, but your Gemfile specified 3.1.0", "another-language"),
        ("/app/server.js:1\nSyntaxError: Unexpected token ';'", "another-language"),
        (
            "(fields.E210) Cannot use ImageField because Pillow is not installed.",
            "dependency-not-in-requirements",
        ),
    ],
)
def test_other_words_for_it(text: str, cause: str) -> None:
    assert first_causes(text) == [cause]


def test_the_same_redirect_again_and_again_is_a_loop() -> None:
    line = '127.0.0.1 - - [25/Nov/2026:13:40:15] "GET / HTTP/1.1" 301 0 "-" "-"\n'
    assert first_causes(line * 5) == ["ssl-redirect-without-proxy-header"]
    assert first_causes(line) == []
    slashes = '127.0.0.1 - - [x] "GET /shop HTTP/1.1" 301 0 "-" "-"\n'
    assert first_causes(slashes * 5) == []


def test_a_model_loaded_again_and_again_is_loaded_for_each_request() -> None:
    boot = "[INFO] Listening at: http://0.0.0.0:8000 (1)\n[INFO] Booting worker with pid: 7\n"
    load = "Loading model from /app/model.h5\n"
    assert first_causes(boot + load * 4) == ["model-loaded-per-request"]
    assert first_causes(boot + load) == []


def test_training_is_no_fault_where_nothing_is_served() -> None:
    boot = "[INFO] Listening at: http://0.0.0.0:8000 (1)\n"
    assert first_causes("Epoch 1/10\nEpoch 2/10\n") == []
    assert first_causes(f"{boot}Epoch 1/10\n") == ["training-in-request"]


@pytest.mark.parametrize(
    "text",
    [
        "visitor asked: Could not find a version that satisfies the requirement tensorflow",
        "visitor asked: MemoryError",
        "errors=0 failed=0 error_rate=0.00 killed=0",
        (
            "[2024-01-01 00:00:00 +0000] [2] [INFO] Handling signal: term\n"
            "[2024-01-01 00:00:00 +0000] [9] [INFO] Worker exiting (pid: 9)\n"
            "[2024-01-01 00:00:00 +0000] [2] [INFO] Shutting down: Master"
        ),
    ],
)
def test_frightening_words_are_no_failure(text: str) -> None:
    assert possible_causes(text) == set()


def test_a_traceback_without_an_end_is_a_failure_all_the_same() -> None:
    text = 'Traceback (most recent call last):\n  File "/app/x.py", line 1, in f\n    g()\n'
    explanation = read(text)
    assert explanation.findings == ()
    assert explanation.outside[0].quotes == ('File "/app/x.py", line 1, in f',)
