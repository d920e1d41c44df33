"""A prediction that fails: shapes, outputs, pickles, NLTK's data, a model that is None."""

import re
from typing import Final

from wherry.signatures.conditions import passes
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_SESSION: Final = re.compile(r"(?i)\b\w*(?:sess|session|model|ort|onnx)\w*\.run\(")


def _cannot_get(event: Event, found: re.Match[str]) -> Verdict:
    del event
    values = values_of(found)
    if "__main__" in values.get("module", "") or "__mp_main__" in values.get("module", ""):
        return Verdict("pickle-refers-to-main", {"name": values["name"]})
    top = values.get("module", "").partition(".")[0]
    if top in ("sklearn", "numpy", "pandas", "xgboost", "lightgbm", "scipy", "joblib"):
        return Verdict("pickle-version-mismatch", {"package": top})
    return Verdict("pickle-refers-to-main", {"name": values["name"]})


def _old_estimator(event: Event, found: re.Match[str]) -> Verdict | None:
    """An attribute that a newer scikit-learn expects in what an older one wrote."""
    if not any("/sklearn/" in frame.path for frame in event.frames) and event.frames:
        return None
    return Verdict("pickle-version-mismatch", {"package": "scikit-learn", **values_of(found)})


def _features(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("input-shape-mismatch", values_of(found))


SIGNATURES = (
    *sees("input-shape-mismatch", r"Invalid input shape for input"),
    *sees(
        "output-decode-mismatch",
        r"`decode_predictions` expects a batch of predictions",
        r"decode_predictions expects a batch of predictions",
    ),
    *sees(
        "input-shape-mismatch",
        (
            r"Error when checking (?:input|model input|target): expected \S+ to have .{1,80} but "
            r"got array with shape (?P<got>\([\d, ]*\))"
        ),
        r"Error when checking (?:input|model input)",
        r"is incompatible with the layer: .{1,300}",
        r"Cannot set tensor: (?:Dimension mismatch|Got value of type).{1,120}",
        r"Dimension mismatch\. Got \d+ but expected \d+ for (?:input|dimension).{1,40}",
        r"Got invalid dimensions for input: \S+ for the following indices",
        r"Invalid rank for input: \S+ Got: \d+ Expected: \d+",
        r"Invalid Feed Input Name: ?\S*",
        r"Unexpected input data type\. Actual: \(.{1,60}\)",
        r"Required inputs \(\[.{1,120}\]\) are missing from input feed",
        r"Cannot feed value of shape (?P<got>\([\d, ]*\)) for Tensor .{1,100}, which has shape",
        r"Matrix size-incompatible: In\[0\]: \[[\d,]+\], In\[1\]: \[[\d,]+\]",
        r"Input to reshape is a tensor with \d+ values, but the requested shape",
        r"Input tensor .{1,60} does not match .{1,40}input shape",
        r"X has (?P<got>\d+ features), but \w+ is expecting \d+ features? as input",
        r"Number of features of the model must match the input",
        r"Expected 2D array, got (?P<got>[01]D|scalar) array instead",
        r"Feature shape mismatch, expected: \d+, got \d+",
        r"query data dimension must match training data dimension",
        r"mat1 and mat2 shapes cannot be multiplied",
        r"Given groups=\d+, weight of size \[.{1,60}\], expected input.{1,60} to have \d+ channels",
        r"size mismatch, m1: \[.{1,40}\], m2: \[.{1,40}\]",
        r"Expected \d-dimensional input for \d-dimensional weight",
        r"Expected \dD \(unbatched\) or \dD \(batched\) input",
        r"expected \d?D? ?or?.{0,12}\dD input \(got \dD input\)",
        r"the expanded size of the tensor \(\d+\) must match",
        r"Calculated padded input size per channel: .{1,60}",
        r"shapes cannot be multiplied \(.{1,60}\)",
        r"input\.size\(-1\) must be equal to input_size",
        r"Model requires \d+ inputs\. Input Feed contains \d+",
        r"Input must be a list of dictionaries or a single numpy array for input",
        r"Non-zero status code returned while running (?P<operator>\w+) node",
        r"Exception encountered when calling .{1,100}expected shape=.{1,100}found shape=\S+",
        r"expected min_ndim=\d+, found ndim=\d+",
        (
            r"Model was constructed with shape \(.{1,80}\) for input .{1,200}, but it was called "
            r"on an input with incompatible shape"
        ),
        r"expected axis -1 of input shape to have value \d+ but received input with shape",
        r"Error when checking : expected \S+ to have .{1,80} but got array with shape",
        r"Layer \"?\w+\"? expects \d+ input\(s\), but it received \d+ input tensors",
        r"Failed to convert a NumPy array to a Tensor \(Unsupported object type",
        r"Failed to find data adapter that can handle input",
        r"Data cardinality is ambiguous",
        r"Unrecognized data type: x=.{1,200}",
        r"depth must be evenly divisible by filter depth: \d+ vs \d+",
        r"input must be (?:at least )?\d-dimensional",
        r"was expected to be an? \w+ tensor but is an? \w+ tensor",
        r"indices\[[\d, ]+\] = -?\d+ is not in \[0, \d+\)",
        r"Could not find matching (?:concrete )?function to call loaded from the SavedModel",
        r"Binding inputs to tf\.function failed due to .{1,200}",
        r"must have the same dtype, but got \w+ and \w+",
        r"expected (?:scalar type|m1 and m2 to have the same dtype).{1,60}",
        r"Input type \((?:torch\.)?\w+\) and (?:weight|bias) type \(",
        r"index out of range in self",
        r"The size of tensor a \(\d+\) must match the size of tensor b \(\d+\)",
        r"output with shape \[.{1,60}\] doesn't match the broadcast shape",
        r"X has (?P<got>\d+ features), but this \w+ is expecting \d+ features",
        r"The feature names should match those that were passed during fit",
        r"columns are missing: \{.{1,200}",
        r"Specifying the columns using strings is only supported for (?:pandas )?[Dd]ata[Ff]rames",
        r"Found array with dim \d\. \w+ expected",
        r"feature_names mismatch: \[.{1,200}",
        r"training data did not have the following fields: .{1,200}",
        r"DataFrame\.dtypes for data must be int, float, bool or category",
        r"Number of columns does not match number of features in booster",
        r"The number of features in data \(\d+\) is not the same as it was in training data",
        r"At position \d+ should be feature with name .{1,80}",
        r"Feature .{1,80} is present in model but not in pool",
        judge=_features,
        types="ValueError InvalidArgumentError RuntimeError InvalidArgument Fail XGBoostError "
        "RuntimeException TypeError IndexError LightGBMError CatBoostError",
    ),
    *sees(
        "input-shape-mismatch",
        r"operands could not be broadcast together with shapes",
        r"matmul: Input operand 1 has a mismatch in its core dimension",
        r"shapes \(.{1,40}\) and \(.{1,40}\) not aligned",
        types="ValueError",
        when=passes("/sklearn/", "/xgboost/", "/lightgbm/", "/statsmodels/", "/imblearn/"),
    ),
    *sees(
        "pickle-refers-to-main pickle-version-mismatch",
        r"Can't get attribute '(?P<name>[\w.]+)' on <module '(?P<module>[\w.]+)'",
        r"Can't get attribute '(?P<name>[\w.]+)'",
        r"module '(?P<module>__main__|__mp_main__)' has no attribute '(?P<name>\w+)'",
        judge=_cannot_get,
        types="AttributeError",
    ),
    # Only a warning: what it warns of may come, or not.
    *sees(
        "~old-estimator",
        (
            r"Trying to unpickle estimator (?P<name>\w+) from version (?P<saved>[\w.]+) when using "
            r"version"
        ),
    ),
    *sees(
        "pickle-version-mismatch",
        r"unsupported pickle protocol: \d",
        r"Check failed: header == serialisation_header_",
        r"node array from the pickle has an incompatible dtype",
        r"Buffer dtype mismatch, expected '\w+' but got '.{1,20}'",
        r"is not a known BitGenerator module",
        r"__randomstate_ctor\(\) takes from 0 to 1 positional arguments but 2 were given",
        r"__generator_ctor\(\) takes from 0 to 1 positional arguments but 2 were given",
        r"_reconstruct: First argument must be a sub-type of ndarray",
        r"'(?:DataFrame|Series|BlockManager)' object has no attribute '_(?:data|mgr)'",
        r"new_block\(\) missing 1 required positional argument",
    ),
    *sees(
        "pickle-version-mismatch",
        (
            r"'(?P<name>\w+)' object has no attribute '(?:monotonic_cst|_sklearn_version|"
            r"_fill_dtype|n_features_|n_features_in_|force_all_finite|missing_go_to_left|"
            r"_infrequent_enabled|feature_name_combiner|sparse_output|_parameter_constraints|"
            r"multi_class|_label_binarizer_kw|ccp_alpha|min_impurity_split|estimator_?|"
            r"keep_empty_features|_name_to_fitted_passthrough)'"
        ),
        types="AttributeError",
        judge=_old_estimator,
    ),
    *sees(
        "nltk-data-missing",
        r"Resource (?:\[93m)?'?(?P<resource>[\w/.]+)'?(?:\[0m)? not found",
        r"nltk\.download\('(?P<resource>\w+)'\)",
        r"Please use the NLTK Downloader to obtain the resource",
        r"textblob\.exceptions\.MissingCorpusError",
        r"Can't find model '(?P<resource>\w+)'",
    ),
    *sees(
        "model-load-error-swallowed",
        (
            r"'NoneType' object has no attribute '(?:predict\w*|layers|eval|transform|"
            r"decision_function|input_shape|signatures|allocate_tensors|get_input_details|invoke|"
            r"get_inputs|get_outputs|set_tensor)'"
        ),
    ),
    *sees(
        "model-load-error-swallowed",
        r"'NoneType' object has no attribute 'run'",
        types="AttributeError",
        when=lambda event: any(_SESSION.search(frame.code) for frame in event.frames[-1:]),
    ),
    *sees(
        "numpy-not-json",
        (
            r"Object of type '?(?P<name>float32|float64|float16|int64|int32|uint8|int8|ndarray|"
            r"bool_|bool|EagerTensor|Tensor|longdouble|uint16|uint32|uint64|int16|bfloat16)'? is "
            r"not JSON serializable"
        ),
        r"Type is not JSON serializable: (?P<name>numpy\.\w+)",
        r"keys must be str, int, float, bool or None, not (?P<name>u?int\d+|float\d+)",
        r"Unable to serialize unknown type: <class '(?P<name>numpy\.\w+)'>",
        r"TypeError\(\"'(?P<name>numpy\.\w+)' object is not iterable\"\)",
        r"cannot convert dictionary update sequence element .{1,60}vars\(\) argument must have",
        r"can(?:not| not) serialize '(?P<name>numpy\.\w+)' object",
        r"array\(.{1,200}\) is not JSON serializable",
    ),
    *sees(
        "webcam-on-server",
        r"VIDEOIO\S*.{0,60}can't open camera by index",
        r"can't open camera by index",
        r"can't be used to capture by index",
        r"Camera index out of range",
        r"Invalid input device \(no default output device\)",
        r"Error querying device -1",
        r"Bad display name \".{0,20}\"",
        r"KeyError: 'DISPLAY'",
        (
            r"The function is not implemented\. Rebuild the library with Windows, GTK\+ 2\.x or "
            r"Cocoa support"
        ),
        r"Could not load the Qt platform plugin \"xcb\"",
        r"could not connect to display",
        r"no display name and no \$DISPLAY environment variable",
        r"Invalid Input Device|No Default Input Device Available",
        r"qt\.qpa\.\S+ could not connect to display",
        (
            r"Cannot load backend '\w+' which requires the '\w+' interactive framework, as "
            r"'headless' is currently running"
        ),
        r"Can't connect to display .{1,20}",
        r"ALSA lib .{1,120}(?:Unknown PCM|cannot find card)",
        r"Unable to access the X Display, is \$DISPLAY set properly",
    ),
    *sees("~trains", r"Epoch 1/\d+"),
    *sees(
        "memory-grows-with-requests",
        r"out of the last \d+ calls to <.{1,160}> triggered tf\.function retracing",
    ),
)
