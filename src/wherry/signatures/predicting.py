"""A prediction that fails: shapes, outputs, pickles, NLTK's data, a model that is None."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


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
        r"Given groups=\d+, weight of size \[.{1,60}\], expected input\S* to have \d+ channels",
        r"Exception encountered when calling .{1,100}expected shape=.{1,100}found shape=\S+",
        r"expected min_ndim=\d+, found ndim=\d+",
        (
            r"Model was constructed with shape \(.{1,80}\) for input .{1,200}, but it was called "
            r"on an input with incompatible shape"
        ),
        r"expected axis -1 of input shape to have value \d+ but received input with shape",
        judge=_features,
        types="ValueError InvalidArgumentError RuntimeError InvalidArgument Fail XGBoostError "
        "RuntimeException",
    ),
    *sees(
        "pickle-refers-to-main pickle-version-mismatch",
        r"Can't get attribute '(?P<name>[\w.]+)' on <module '(?P<module>[\w.]+)'",
        r"Can't get attribute '(?P<name>[\w.]+)'",
        judge=_cannot_get,
        types="AttributeError",
    ),
    *sees(
        "pickle-version-mismatch",
        (
            r"Trying to unpickle estimator (?P<name>\w+) from version (?P<saved>[\w.]+) when using "
            r"version"
        ),
        r"unsupported pickle protocol: \d",
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
        r"Can't find model '(?P<resource>en_core_web_\w+)'",
    ),
    *sees(
        "model-load-error-swallowed",
        (
            r"'NoneType' object has no attribute '(?:predict\w*|layers|eval|transform|"
            r"decision_function|input_shape|signatures|allocate_tensors|get_input_details)'"
        ),
    ),
    *sees(
        "numpy-not-json",
        (
            r"Object of type '?(?P<name>float32|float64|float16|int64|int32|uint8|int8|ndarray|"
            r"bool_|EagerTensor|Tensor|longdouble)'? is not JSON serializable"
        ),
        r"array\(.{1,200}\) is not JSON serializable",
    ),
    *sees(
        "webcam-on-server",
        r"VIDEOIO\S*.{0,60}can't open camera by index",
        r"can't open camera by index",
        r"can't be used to capture by index",
        r"Camera index out of range",
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
