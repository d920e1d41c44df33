"""Errors in words of their own, judged by the code that they come out of."""

import pytest

from tests.signatures.reading import first_causes, noise, possible_causes, read, trace

PACKAGES = "/usr/local/lib/python3.11/site-packages"
HANDLER = f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = wrapped_callback(x)"
LOADS = "/app/shop/ml.py:<module>:model = load_model('m.keras')"
KERAS = f"{PACKAGES}/keras/src/saving/serialization_lib.py:deserialize_keras_object:x"
LEGACY = f"{PACKAGES}/keras/src/legacy/saving/serialization.py:deserialize_keras_object:x"
FILLS = f"{PACKAGES}/keras/src/legacy/saving/legacy_h5_format.py:load_weights_from_hdf5_group:x"
UNPICKLES = "/app/shop/ml.py:<module>:model = pickle.load(f)"
PREDICTS = "/app/shop/views.py:predict:y = model.predict(x)"
SKLEARN = f"{PACKAGES}/sklearn/impute/_base.py:transform:if self._fit_dtype == x:"


@pytest.mark.parametrize(
    ("frames", "error", "cause"),
    [
        ((LOADS, KERAS), "KeyError: 'batch_input_shape'", "keras-version-mismatch"),
        (
            (LOADS, KERAS),
            "AttributeError: 'dict' object has no attribute 'rank'",
            "keras-version-mismatch",
        ),
        ((LOADS, LEGACY), "IndexError: list index out of range", "legacy-h5-in-keras3"),
        ((LOADS, FILLS), "ValueError: something about weights", "weights-architecture-mismatch"),
        (
            (UNPICKLES,),
            "TypeError: an integer is required (got type bytes)",
            "pickle-version-mismatch",
        ),
        (
            (PREDICTS, SKLEARN),
            ("AttributeError: 'SimpleImputer' object has no attribute '_fit_dtype'"),
            "pickle-version-mismatch",
        ),
        (
            (PREDICTS, f"{PACKAGES}/onnxruntime/capi/x.py:run:y"),
            "ValueError: something about a feed",
            "input-shape-mismatch",
        ),
        (
            (PREDICTS, f"{PACKAGES}/torch/nn/functional.py:conv2d:y"),
            "RuntimeError: a rank that nobody expected",
            "input-shape-mismatch",
        ),
    ],
)
def test_a_library_that_fails_over_a_model(frames: tuple[str, ...], error: str, cause: str) -> None:
    assert cause in possible_causes(trace(*frames, error=error))


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (("/app/shop/ml.py:<module>:x = names['a']",), "KeyError: 'a'"),
        ((LOADS, KERAS, "/app/shop/layers.py:build:self.w[3]"), "IndexError: list index out of"),
        ((PREDICTS,), "AttributeError: 'Pipeline' object has no attribute 'predikt'"),
        (
            (PREDICTS, f"{PACKAGES}/sklearn/utils/validation.py:check:raise ValueError"),
            "ValueError: Input contains NaN.",
        ),
        ((PREDICTS, f"{PACKAGES}/pandas/core/indexes/base.py:get_loc:raise"), "KeyError: 'age'"),
        (
            ("/app/shop/net.py:forward:raise RuntimeError('no weights')",),
            "RuntimeError: no weights",
        ),
        (
            ("/app/shop/tenants.py:current:return _state.tenant",),
            "AttributeError: '_thread._local' object has no attribute 'tenant'",
        ),
    ],
)
def test_the_projects_own_errors_stay_its_own(frames: tuple[str, ...], error: str) -> None:
    assert first_causes(trace(HANDLER, *frames, error=error)) == ["application-error"]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "Error loading model: Unrecognized keyword arguments: ['batch_shape']",
            "keras-version-mismatch",
        ),
        (
            (
                "2025-03-01 10:00:00,123 ERROR shop.ml Could not load model: Can't get "
                "attribute 'tokens' "
                "on <module '__main__' from '/app/bin/gunicorn'>"
            ),
            "pickle-refers-to-main",
        ),
        (
            (
                "ERROR:root:Prediction failed: X has 12 features, but RandomForestClassifier "
                "is expecting "
                "13 features as input."
            ),
            "input-shape-mismatch",
        ),
        (
            "Failed to load model: [Errno 2] No such file or directory: 'model.pkl'",
            "model-path-missing",
        ),
        ("E   ValueError: Unknown layer: 'Functional'", "keras-version-mismatch"),
    ],
)
def test_an_error_whose_class_is_left_out(line: str, cause: str) -> None:
    assert first_causes(line + "\n") == [cause]


@pytest.mark.parametrize(
    "line",
    [
        "INFO ml retry after error: [Errno 2] No such file or directory: 'v3.h5'",
        (
            "2025-03-01 10:00:00,123 WARNING ml load failed: [Errno 2] No such file or directory: "
            "'v3.h5'; using v2.h5"
        ),
        "ERROR payments card declined: No such customer",
        "ERROR shop.views Upload failed: cannot identify image file <_io.BytesIO object>",
        "Error during predict: could not convert string to float: 'male'",
    ],
)
def test_other_lines_about_errors_name_no_model(line: str) -> None:
    assert first_causes(line + "\n") == []


def test_the_traceback_below_is_believed_before_the_line_above() -> None:
    error = "TypeError: Attend.__init__() got an unexpected keyword argument 'trainable'"
    above = f"ERROR:shop.ml:load failed: {error.partition(': ')[2]}\n"
    assert first_causes(above + trace(LOADS, KERAS, error=error)) == ["custom-object-missing"]


def test_a_pickle_of_another_release_that_works_is_noise() -> None:
    told = (
        "/x/sklearn/base.py:376: InconsistentVersionWarning: Trying to unpickle estimator SVC from "
        "version 1.4.1 when using version 1.4.2.\n"
        '10.0.0.1 - - [01/Jan/2025:10:00:01 +0000] "POST /predict HTTP/1.1" 200 12\n'
    )
    assert first_causes(told) == []
    assert noise(told) == ["pickle-version-mismatch"]


def test_protobuf_that_is_only_complained_of_is_noise() -> None:
    told = "AttributeError: 'MessageFactory' object has no attribute 'GetPrototype'\n" * 5
    told += "[2025-01-01 10:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n"
    assert first_causes(told) == []


def test_protobuf_that_stops_the_app_is_not() -> None:
    error = "AttributeError: 'MessageFactory' object has no attribute 'GetPrototype'"
    assert first_causes(trace("/app/x.py:<module>:import a", error=error)) == ["protobuf-too-new"]


def test_a_loggers_level_is_no_time_zone() -> None:
    told = read("2025-03-01 10:00:00,123 ERROR shop.views something broke\n")
    assert [quote for span in told.outside for quote in span.quotes] == [
        "ERROR shop.views something broke"
    ]


@pytest.mark.parametrize(
    ("expected", "found", "cause"),
    [(96, 88, "numpy2-abi"), (88, 96, "numpy-api-too-old")],
)
def test_a_dtype_became_smaller_in_numpy_2(expected: int, found: int, cause: str) -> None:
    error = (
        "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected "
        f"{expected} from C header, got {found} from PyObject"
    )
    assert first_causes(trace("/app/x.py:<module>:import spacy", error=error)) == [cause]


def test_an_array_became_larger_with_time() -> None:
    error = (
        "ValueError: numpy.ndarray size changed, may indicate binary incompatibility. Expected 96 "
        "from C header, got 80 from PyObject"
    )
    told = trace("/app/x.py:<module>:import spacy", error=error)
    assert first_causes(told) == ["numpy-api-too-old"]


def test_a_full_tls_block_is_no_lack_of_memory() -> None:
    error = "ImportError: /usr/lib/libgomp.so.1: cannot allocate memory in static TLS block"
    told = trace("/app/x.py:<module>:import sklearn", error=error)
    assert first_causes(told) == ["static-tls-exhausted"]


@pytest.mark.parametrize(
    "message",
    [
        (
            "Using the `Trainer` with `PyTorch` requires `accelerate>=0.21.0`: Please run "
            "`pip install accelerate -U`"
        ),
        "To support decoding audio data, please install 'torchcodec'.",
        "lxml not found, please install it",
    ],
)
def test_a_library_says_what_it_wants_to_have_installed(message: str) -> None:
    told = trace(
        "/app/x.py:<module>:import x", f"{PACKAGES}/a/b.py:f:x", error=f"ImportError: {message}"
    )
    assert first_causes(told) == ["dependency-not-in-requirements"]


def test_advice_to_install_something_hides_no_exception() -> None:
    told = trace("/app/x.py:<module>:f()", error="RuntimeError: broken, try pip install again")
    assert first_causes(told) == ["application-error"]


def test_a_part_that_a_package_no_longer_has() -> None:
    old = f"{PACKAGES}/transformers/generation_utils.py:<module>:from torch._six import inf"
    told = trace(
        "/app/x.py:<module>:import a",
        old,
        error="ModuleNotFoundError: No module named 'torch._six'",
    )
    assert first_causes(told) == ["unpinned-transitive-breaks"]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "kernel: python3[812]: segfault at 0 ip 7f00 sp 7ff0 error 4 in libtensorflow.so.2[7f]",
            "fork-unsafe-segfault",
        ),
        (
            "kernel: traps: python3[812] trap invalid opcode ip:7f sp:7f error:0 in x.so[7f]",
            "cpu-illegal-instruction",
        ),
    ],
)
def test_the_kernel_tells_of_a_crash(line: str, cause: str) -> None:
    assert first_causes(line + "\n") == [cause]


def test_the_kernel_tells_of_others_as_well() -> None:
    assert first_causes("kernel: nginx[7]: segfault at 0 ip 7f00 sp 7ff0 error 4 in nginx\n") == []
