"""Each format's loader, given a pointer, half a file, or a path that leads nowhere."""

import pytest

from tests.signatures.reading import first_causes, possible_causes, trace

PACKAGES = "/app/.heroku/python/lib/python3.12/site-packages"
TORCH = (
    "/app/shop/ml.py:<module>:net = torch.load('m.pt')",
    f"{PACKAGES}/torch/serialization.py:load:raise pickle.UnpicklingError(",
)
JOBLIB = (
    "/app/shop/ml.py:<module>:m = joblib.load('m.pkl')",
    f"{PACKAGES}/joblib/numpy_pickle.py:_unpickle:obj = unpickler.load()",
    "/usr/local/lib/python3.12/pickle.py:load:dispatch[key[0]](self)",
)
ONNX = (
    "/app/shop/ml.py:<module>:s = ort.InferenceSession('m.onnx')",
    f"{PACKAGES}/onnxruntime/capi/onnxruntime_inference_collection.py:_create:x",
)
STATE = "onnxruntime.capi.onnxruntime_pybind11_state"
WEIGHTS_ONLY = (
    "_pickle.UnpicklingError: Weights only load failed. In PyTorch 2.6, we changed the default "
    "value of the `weights_only` argument in `torch.load` from `False` to `True`.\n"
    "Please file an issue with the following so that we can make `weights_only=True` compatible "
    "with your use case: WeightsUnpickler error: "
)


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (TORCH, WEIGHTS_ONLY + "Unsupported operand 118\n\nCheck the documentation of torch.load"),
        (JOBLIB, "KeyError: 118"),
        ((), "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge"),
        (
            (),
            "ValueError: the magic string is not correct; expected b'\\x93NUMPY', got b'versio'",
        ),
        ((), "OSError: You seem to have cloned a repository without having git-lfs installed."),
    ],
)
def test_a_pointer_is_known_by_its_first_letters(frames: tuple[str, ...], error: str) -> None:
    assert first_causes(trace(*(frames or TORCH), error=error)) == ["git-lfs-pointer"]


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (TORCH, WEIGHTS_ONLY + "Unsupported operand 60"),
        (TORCH, "RuntimeError: PytorchStreamReader failed locating file data.pkl: file not found"),
        (JOBLIB, "KeyError: 60"),
        (JOBLIB, "ValueError: Did not recognize loaded array layout"),
        (JOBLIB, "_pickle.UnpicklingError: unpickling stack underflow"),
        (JOBLIB, "zlib.error: Error -5 while decompressing data: incomplete or truncated stream"),
        (
            ONNX,
            (
                f"{STATE}.InvalidGraph: [ONNXRuntimeError] : 10 : INVALID_GRAPH : Load model from "
                "m.onnx failed:This is an invalid model. Error: the graph is not acyclic."
            ),
        ),
        (ONNX, "lightgbm.basic.LightGBMError: Model file doesn't specify the number of classes"),
        (ONNX, "xgboost.core.XGBoostError: input stream corrupted"),
        (
            ONNX,
            (
                "_catboost.CatBoostError: catboost/libs/model/model.cpp:1160: Incorrect model file "
                "descriptor"
            ),
        ),
    ],
)
def test_a_damaged_file(frames: tuple[str, ...], error: str) -> None:
    assert "model-file-corrupt" in possible_causes(trace(*frames, error=error))


@pytest.mark.parametrize(
    "error",
    [
        (
            f'{STATE}.Fail: [ONNXRuntimeError] : 1 : FAIL : Deserialize tensor x failed.open file "'
            '/app/m.onnx.data" failed: No such file or directory'
        ),
        (
            "OSError: ./model is not a local folder and is not a valid model identifier listed on "
            "'https://huggingface.co/models'"
        ),
        (
            "OSError: Error no file named pytorch_model.bin, model.safetensors found in directory "
            "./model."
        ),
        "OSError: [E050] Can't find model 'models/ner'. It doesn't seem to be a Python package.",
        (
            "cv2.error: OpenCV(4.9.0) onnx_importer.cpp:272: error: (-5:Bad argument) Can't "
            "read ONNX "
            "file: m.onnx in function 'ONNXImporter'"
        ),
    ],
)
def test_a_path_that_leads_nowhere(error: str) -> None:
    assert first_causes(trace(*ONNX, error=error)) == ["model-path-missing"]


def test_a_class_that_pytorch_does_not_unpickle_is_named() -> None:
    told = trace(
        *TORCH,
        error=WEIGHTS_ONLY + "Unsupported global: GLOBAL app.nets.Leaf was not an "
        "allowed global by default.",
    )
    assert first_causes(told) == ["torch-checkpoint-refused"]


def test_where_the_message_is_cut_off_the_file_may_be_a_pointer() -> None:
    told = trace(*TORCH, error="_pickle.UnpicklingError: Weights only load failed.")
    assert possible_causes(told) >= {"torch-checkpoint-refused", "git-lfs-pointer"}


@pytest.mark.parametrize(
    "error",
    [
        "KeyError: 118",
        "EOFError",
        "FileNotFoundError: [Errno 2] No such file or directory: '/app/reports/june.csv'",
        "PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object>",
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0",
        "ValueError: could not convert string to float: 'abc'",
    ],
)
def test_what_has_nothing_to_do_with_a_model_is_the_projects_own(error: str) -> None:
    told = trace("/app/shop/views.py:export:rows = read(path)", error=error)
    assert first_causes(told) == ["application-error"]


@pytest.mark.parametrize(
    "line",
    [
        "WARNING ml Could not load model v3 (Unknown layer: 'Functional'), falling back to v2",
        "INFO forum.views question 'ValueError: bad marshal data (unknown type code)' answered",
        "retry: model.onnx 403, trying mirror: ok",
        (
            "FutureWarning: You are using `torch.load` with `weights_only=False` (the "
            "current default "
            "value), which uses the default pickle module implicitly."
        ),
        (
            "UserWarning: [W095] Model 'en_core_web_sm' (3.5.0) was trained with spaCy "
            "v3.5.0 and may "
            "not be 100% compatible with the current version (3.7.2)."
        ),
    ],
)
def test_a_warning_is_no_failure(line: str) -> None:
    assert first_causes(line + "\n") == []
