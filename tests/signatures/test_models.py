"""Models: loaded by another Keras, not there, not whole, not fitting."""

import pytest

from tests.signatures.reading import first_causes, possible_causes, trace

PACKAGES = "/app/.heroku/python/lib/python3.11/site-packages"
KERAS2 = (
    "/app/shop/views.py:<module>:model = load_model('model.h5')",
    f"{PACKAGES}/tensorflow/python/keras/saving/save.py:load_model:return hdf5_format.load_model",
    f"{PACKAGES}/tensorflow/python/keras/saving/hdf5_format.py:load_model_from_hdf5:x",
)
KERAS3 = (
    "/app/shop/views.py:<module>:model = load_model('model.h5')",
    f"{PACKAGES}/keras/src/saving/saving_api.py:load_model:return legacy_h5_format.load_model",
    f"{PACKAGES}/keras/src/legacy/saving/serialization.py:deserialize_keras_object:x",
)
PICKLED = (
    "/app/shop/views.py:<module>:model = pickle.load(open('m.pkl', 'rb'))",
    f"{PACKAGES}/joblib/numpy_pickle.py:load:x",
)
PREDICT = (
    f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = wrapped_callback(request)",
    "/app/shop/views.py:predict:y = model.predict(x)",
    f"{PACKAGES}/keras/src/utils/traceback_utils.py:error_handler:raise e",
)


@pytest.mark.parametrize(
    ("frames", "error", "cause"),
    [
        (KERAS2, "ValueError: Unknown layer: Functional", "keras-version-mismatch"),
        (
            KERAS2,
            "TypeError: ('Keyword argument not understood:', 'groups')",
            "keras-version-mismatch",
        ),
        (
            KERAS2,
            "TypeError: __init__() got an unexpected keyword argument 'ragged'",
            "keras-version-mismatch",
        ),
        (
            KERAS3,
            (
                "TypeError: Error when deserializing class 'InputLayer' using "
                "config={'batch_shape': "
                "[None, 28, 28, 1], 'dtype': 'float32'}.\n\nException encountered: Unrecognized "
                "keyword "
                "arguments: ['batch_shape']"
            ),
            "keras-version-mismatch",
        ),
        (
            KERAS3,
            "ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
            "legacy-h5-in-keras3",
        ),
        (KERAS3, "TypeError: Could not deserialize 'keras.metrics.mse'", "legacy-h5-in-keras3"),
        (
            KERAS3,
            (
                "TypeError: Could not locate function 'mse'. Make sure custom classes are "
                "decorated "
                "with `@keras.saving.register_keras_serializable()`."
            ),
            "legacy-h5-in-keras3",
        ),
        (
            KERAS3,
            (
                "TypeError: Could not locate class 'Sequential'. Make sure custom classes are "
                "decorated with `@keras.saving.register_keras_serializable()`."
            ),
            "keras-version-mismatch",
        ),
        (
            KERAS3,
            (
                "TypeError: Could not locate class 'AttentionLayer'. Make sure custom classes are "
                "decorated with `@keras.saving.register_keras_serializable()`."
            ),
            "custom-object-missing",
        ),
        (
            KERAS2,
            (
                "ValueError: Unknown layer: KerasLayer. Please ensure this object is passed to the "
                "`custom_objects` argument."
            ),
            "custom-object-missing",
        ),
        (KERAS2, "ValueError: Unknown metric function: f1_m", "custom-object-missing"),
        (
            KERAS3,
            (
                "ValueError: File format not supported: filepath=saved_model/my_model. Keras 3 "
                "only "
                "supports V3 `.keras` files and legacy H5 format files (`.h5` extension)."
            ),
            "keras3-savedmodel-format",
        ),
        (KERAS2, "AttributeError: 'str' object has no attribute 'decode'", "h5py3-old-keras"),
        (
            KERAS2,
            "ValueError: bad marshal data (unknown type code)",
            "lambda-bytecode-python-mismatch",
        ),
        (
            KERAS3,
            (
                "ValueError: Requested the deserialization of a `Lambda` layer whose `function` "
                "is a "
                "Python lambda. This carries a potential risk of arbitrary code execution"
            ),
            "lambda-refused-by-safe-mode",
        ),
        (KERAS2, "ValueError: No model found in config file.", "weights-only-file"),
        (
            KERAS3,
            (
                "ValueError: Layer count mismatch when loading weights from file. Model expected "
                "16 "
                "layers, found 18 saved layers."
            ),
            "weights-architecture-mismatch",
        ),
        (
            KERAS2,
            (
                "OSError: Unable to open file (unable to open file: name = 'model.h5', errno = 2, "
                "error message = 'No such file or directory', flags = 0, o_flags = 0)"
            ),
            "model-path-missing",
        ),
        (
            KERAS2,
            (
                "OSError: Unable to open file (unable to open file: name = 'model', errno = 21, "
                "error message = 'Is a directory', flags = 0, o_flags = 0)"
            ),
            "model-path-is-directory",
        ),
        (
            KERAS2,
            (
                "OSError: SavedModel file does not exist at: model/model.h5/"
                "{saved_model.pbtxt|saved_model.pb}"
            ),
            "model-path-missing",
        ),
        (
            KERAS2,
            "OSError: No file or directory found at /content/drive/MyDrive/model.h5",
            "model-path-absolute",
        ),
        (
            KERAS3,
            (
                "ValueError: File not found: filepath=model.keras. Please ensure the file is an "
                "accessible `.keras` zip file."
            ),
            "model-path-missing",
        ),
        (
            ("/app/shop/views.py:<module>:open(path, 'rb')",),
            (
                "FileNotFoundError: [Errno 2] No such file or directory: "
                "'C:\\\\Users\\\\me\\\\model.h5'"
            ),
            "model-path-absolute",
        ),
        (
            ("/app/shop/views.py:<module>:pickle.load(open('model.pkl', 'rb'))",),
            "FileNotFoundError: [Errno 2] No such file or directory: 'model.pkl'",
            "model-path-missing",
        ),
        (
            KERAS2,
            (
                "OSError: Unable to open file (truncated file: eof = 1048576, sblock->base_addr = "
                "0, "
                "stored_eof = 94653840)"
            ),
            "model-file-corrupt",
        ),
        (PICKLED, "_pickle.UnpicklingError: invalid load key, 'v'.", "git-lfs-pointer"),
        (PICKLED, "_pickle.UnpicklingError: invalid load key, '<'.", "model-file-corrupt"),
        (
            PICKLED,
            "ModuleNotFoundError: No module named 'sklearn.ensemble.forest'",
            "pickle-version-mismatch",
        ),
        (PICKLED, "ModuleNotFoundError: No module named 'numpy._core'", "pickle-version-mismatch"),
        (
            PICKLED,
            (
                "AttributeError: Can't get attribute 'tokenize' on <module '__main__' from "
                "'/app/.heroku/python/bin/gunicorn'>"
            ),
            "pickle-refers-to-main",
        ),
        (
            PICKLED,
            "ValueError: node array from the pickle has an incompatible dtype:\n- expected: x",
            "pickle-version-mismatch",
        ),
        (
            PREDICT,
            (
                "ValueError: Error when checking input: expected conv2d_1_input to have shape "
                "(224, "
                "224, 3) but got array with shape (224, 224, 4)"
            ),
            "input-shape-mismatch",
        ),
        (
            PREDICT,
            (
                'ValueError: Input 0 of layer "sequential" is incompatible with the layer: '
                "expected "
                "shape=(None, 224, 224, 3), found shape=(None, 224, 3)"
            ),
            "input-shape-mismatch",
        ),
        (
            PREDICT,
            (
                "ValueError: Cannot set tensor: Dimension mismatch. Got 3 but expected 4 for input "
                "0."
            ),
            "input-shape-mismatch",
        ),
        (
            PREDICT,
            (
                "ValueError: X has 5 features, but LogisticRegression is expecting 7 features as "
                "input."
            ),
            "input-shape-mismatch",
        ),
        (
            PREDICT,
            (
                'ValueError: Tensor Tensor("dense_2/Softmax:0", shape=(?, 10), dtype=float32) is '
                "not "
                "an element of this graph."
            ),
            "tf-graph-thread",
        ),
        (
            PREDICT,
            "AttributeError: '_thread._local' object has no attribute 'value'",
            "keras-threadlocal",
        ),
        (
            PREDICT,
            "AttributeError: '_UserObject' object has no attribute 'predict'",
            "savedmodel-no-predict",
        ),
        (
            PREDICT,
            "AttributeError: 'NoneType' object has no attribute 'predict'",
            "model-load-error-swallowed",
        ),
        (
            PREDICT,
            (
                "ValueError: `decode_predictions` expects a batch of predictions (i.e. a 2D array "
                "of "
                "shape (samples, 1000)). Found array with shape: (1, 5)"
            ),
            "output-decode-mismatch",
        ),
        (
            PREDICT,
            (
                "RuntimeError: There is at least 1 reference to internal data in the interpreter "
                "in "
                "the form of a numpy array or slice. Be sure to"
            ),
            "interpreter-shared-by-threads",
        ),
        (PREDICT, "TypeError: Object of type float32 is not JSON serializable", "numpy-not-json"),
        (
            KERAS2,
            "RuntimeError: Encountered unresolved custom op: VarHandleOp.",
            "op-not-registered",
        ),
        (
            PREDICT,
            (
                "numpy.core._exceptions.MemoryError: Unable to allocate 1.49 GiB for an array with "
                "shape (1, 10000, 20000, 1) and data type float64"
            ),
            "memory-alloc-failed",
        ),
        (
            PREDICT,
            (
                "LookupError: \n******\n  Resource punkt not found.\n  Please use the NLTK "
                "Downloader "
                "to obtain the resource:\n\n  >>> nltk.download('punkt')\n"
            ),
            "nltk-data-missing",
        ),
    ],
)
def test_an_exception_of_a_model(frames: tuple[str, ...], error: str, cause: str) -> None:
    assert first_causes(trace(*frames, error=error)) == [cause]


def test_a_signature_that_is_not_found_may_be_a_pointer_or_a_page() -> None:
    error = "OSError: Unable to synchronously open file (file signature not found)"
    assert possible_causes(trace(*KERAS3, error=error)) >= {"git-lfs-pointer", "model-file-corrupt"}


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (PREDICT, "ValueError: not enough values to unpack (expected 2, got 1)"),
        (PREDICT, "KeyError: 'age'"),
        (
            ("/app/shop/views.py:upload:name.decode()",),
            "AttributeError: 'str' object has no attribute 'decode'",
        ),
        (
            ("/app/shop/views.py:read:open(path)",),
            "FileNotFoundError: [Errno 2] No such file or directory: 'data/prices.csv'",
        ),
        (
            ("/app/shop/forms.py:clean:Form(**kw)",),
            "TypeError: __init__() got an unexpected keyword argument 'instance'",
        ),
        (
            ("/app/shop/views.py:add:a + b",),
            "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        ),
        (
            ("/app/shop/views.py:price:item.price",),
            "AttributeError: 'NoneType' object has no attribute 'price'",
        ),
    ],
)
def test_the_projects_own_mistakes_are_nothing_of_a_model(
    frames: tuple[str, ...], error: str
) -> None:
    assert first_causes(trace(*frames, error=error)) == ["application-error"]
