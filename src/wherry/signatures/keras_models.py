"""Keras and TensorFlow loading a model: saved by another release, or not a whole model."""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.keras_names import KERAS_CLASSES
from wherry.signatures.signature import Verdict, sees, values_of

_ARGUMENTS_TEXT: Final = """
batch_shape groups ragged time_major dtype optional synchronized quantization_config
keepdims implementation reset_after trainable batch_input_shape lr decay value_range
data_format sparse axis
"""
_ARGUMENTS: Final = frozenset(_ARGUMENTS_TEXT.split())
_KERAS_FILES: Final = re.compile(r"/(?:keras|tf_keras|tensorflow|tensorflow_core)/")
_KERAS2_ARGUMENT: Final = re.compile(r"'(?:time_major|implementation|weights)'")
_NOT_LOCATED: Final = re.compile(r"Could not locate (?P<kind>class|function) '(?P<name>[\w>.]+)'")
_KERAS2_SAID: Final = re.compile(r"mse|mae|acc|accuracy|mean_squared_error|binary_crossentropy")


def _own(name: str) -> bool:
    return name.rpartition(">")[2] in KERAS_CLASSES and ">" not in name


def _keras3(event: Event) -> bool:
    """Whether the frames are Keras 3's own."""
    return any("/keras/src/" in frame.path for frame in event.frames) and not any(
        "/keras/src/engine/" in frame.path or "/tf_keras/" in frame.path for frame in event.frames
    )


def _unknown(event: Event, found: re.Match[str]) -> Verdict:
    """A class that is not known: Keras's own, or the author's."""
    name = found["name"].strip("'\"")
    if "Unknown activation function" in event.text:
        return Verdict(
            "custom-object-missing",
            {"name": name},
            ("keras-version-mismatch",),
            "whether it is a function of a later Keras, or one of whoever made the model",
        )
    if name == "Lambda":
        return Verdict("lambda-refused-by-safe-mode", {})
    if _own(name):
        return Verdict("keras-version-mismatch", {"name": name})
    return Verdict("custom-object-missing", {"name": name})


def _metric(event: Event, found: re.Match[str]) -> Verdict:
    """Short names of Keras 2's functions, which Keras 3 does not take; others are the author's."""
    del event
    name = found["name"].strip("'\"").removeprefix("keras.metrics.").removeprefix("keras.losses.")
    if _KERAS2_SAID.fullmatch(name):
        return Verdict("legacy-h5-in-keras3", {"name": name})
    return Verdict("custom-object-missing", {"name": name})


def _keyword(event: Event, found: re.Match[str]) -> Verdict | None:
    """An argument that a Keras class does not know was written by another Keras."""
    name = found["name"]
    of = values_of(found).get("of", "")
    deserializing = any(
        word in event.text or any(word in frame.function for frame in event.frames)
        for word in ("deserializ", "from_config", "load_model", "class_and_config")
    )
    keras = any(
        re.search(r"/(?:keras|tf_keras|tensorflow)\w*/", frame.path) for frame in event.frames
    )
    if not deserializing and not keras and event.frames:
        return None
    if not deserializing and name not in _ARGUMENTS:
        return None
    if deserializing and of and of not in KERAS_CLASSES:
        return Verdict("custom-object-missing", {"name": of})
    if name in ("time_major", "implementation") and _keras3(event):
        return Verdict("legacy-h5-in-keras3", {"name": name})
    return Verdict("keras-version-mismatch", {"name": name})


def _unrecognized(event: Event, found: re.Match[str]) -> Verdict:
    del event
    name = found["name"]
    if name in ("time_major", "implementation", "weights", "batch_input_shape"):
        return Verdict("legacy-h5-in-keras3", {"name": name})
    return Verdict("keras-version-mismatch", {"name": name})


def _deserialized(event: Event, found: re.Match[str]) -> Verdict:
    """What follows tells which argument it was, or which class."""
    inner = _NOT_LOCATED.search(event.text)
    if inner is not None:
        return (_unknown if inner["kind"] == "class" else _metric)(event, inner)
    told = values_of(found)
    of = told.pop("of", "") or told.get("name", "")
    if of and of not in KERAS_CLASSES and "keras." not in found[0].partition("could not")[0]:
        return Verdict("custom-object-missing", {"name": of})
    text = event.text.partition("Exception encountered:")[2]
    if _KERAS2_ARGUMENT.search(text):
        return Verdict("legacy-h5-in-keras3", told)
    return Verdict("keras-version-mismatch", told)


def _decode(event: Event, found: re.Match[str]) -> Verdict | None:
    """Old Keras decodes what h5py 2 gave as bytes."""
    del found
    if any(
        re.search(r"hdf5_format|/keras/engine/|saving\.py|h5py|topology\.py", frame.path)
        or (
            re.search(r"decode\('utf-?8'\)", frame.code)
            and re.search(r"keras|tensorflow", frame.path)
        )
        for frame in event.frames
    ):
        return Verdict("h5py3-old-keras", {})
    if not event.frames:
        return Verdict(
            "h5py3-old-keras",
            {},
            ("application-error",),
            "whether it comes from keras/engine/saving.py or hdf5_format.py",
            sure=False,
        )
    return None


def _threadlocal(event: Event, found: re.Match[str]) -> Verdict | None:
    """Whose thread-local it is: projects and frameworks have their own ones, gevent's as well."""
    keras = any(_KERAS_FILES.search(frame.path) for frame in event.frames)
    bare = not event.frames and found["name"] == "value"
    return Verdict("keras-threadlocal", {}) if keras or bare else None


def _no_predict(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("savedmodel-no-predict", values_of(found))


SIGNATURES = (
    *sees(
        "lambda-refused-by-safe-mode",
        r"Requested the deserialization of a `Lambda` layer",
        r"deserialization of a `?(?:Lambda|lambda)`? .{0,200}safe_mode",
        (
            r"This carries a potential risk of arbitrary code execution and thus it is disallowed "
            r"by default"
        ),
        r"Requested the deserialization of a Python lambda",
        r"you can set `safe_mode=False`",
        r"Exception encountered: .{0,80}The Lambda layer is a Python lambda",
    ),
    *sees(
        "lambda-bytecode-python-mismatch",
        r"bad marshal data \(.{1,60}\)",
        r"unknown opcode",
        r"lineno: \d+, opcode: \d+",
        r"code\(\) takes at (?:most|least) \d+ arguments",
        r"code\(\) argument \d+ must be \w+, not \w+",
        r"marshal data too short",
        r"code expected at least \d+ arguments, got \d+",
    ),
    *sees(
        "keras3-savedmodel-format",
        r"Keras 3 only supports V3 `\.keras` files",
        r"File format not supported: filepath=.{1,400}",
        r"legacy SavedModel format is not supported by `load_model\(\)` in Keras 3",
        r"reload a TensorFlow SavedModel as an inference-only layer in Keras 3",
        r"Invalid filepath extension for saving\. Please add either a `\.keras` extension",
    ),
    *sees(
        "legacy-h5-in-keras3",
        r"Could not deserialize '(?P<name>keras\.(?:metrics|losses)\.\w+)'",
        r"Could not locate function '(?P<name>mse|mae|acc|accuracy|binary_crossentropy)'",
        r"Could not interpret (?:optimizer|metric|loss) identifier",
        r"We could not automatically infer the (?:output )?shape of (?:the|a) Lambda",
        r"The filepath provided must end in `\.keras`",
        r"Argument `output_shape` must be .{0,60}Lambda",
        r"Layer .{1,60} expected 1 variables, but received 0 variables during loading",
        r"has no attribute 'shape_as_list'.{0,40}keras",
        (
            r"Only input tensors may be passed as positional arguments\. The following argument "
            r"value should be passed as a keyword argument"
        ),
        r"A KerasTensor cannot be used as input to a TensorFlow function",
        r"'Functional' object has no attribute '_is_graph_network'.{0,40}keras\.src",
    ),
    *sees(
        "keras-version-mismatch legacy-h5-in-keras3 custom-object-missing "
        "lambda-refused-by-safe-mode",
        r"Error when deserializing class '(?P<name>\w+)' using config=",
        (
            r"<class '(?:[\w.]*\.)?(?P<of>\w+)'> could not be deserialized properly\. Please "
            r"ensure that components"
        ),
        judge=_deserialized,
    ),
    *sees(
        "keras-version-mismatch legacy-h5-in-keras3",
        r"Unrecognized keyword arguments(?: passed to \w+)?: \[?\{?'(?P<name>\w+)'",
        r"Unrecognized keyword arguments: (?P<name>\w+)",
        r"Invalid keyword argument.{0,40}: \[?'?(?P<name>\w+)",
        judge=_unrecognized,
        types="TypeError ValueError",
    ),
    *sees(
        "keras-version-mismatch legacy-h5-in-keras3 custom-object-missing",
        r"(?P<of>[A-Z]\w+)\.__init__\(\) got an unexpected keyword argument '(?P<name>\w+)'",
        r"got an unexpected keyword argument '(?P<name>\w+)'",
        r"Keyword argument not understood:.{0,4} '(?P<name>\w+)'",
        r"\('Keyword argument not understood:', '(?P<name>\w+)'\)",
        judge=_keyword,
        types="TypeError ValueError",
    ),
    *sees(
        "keras-version-mismatch",
        r"'str' object has no attribute 'as_list'",
        r"Could not deserialize class '(?:Functional|Sequential|Model)'",
        r"Improper config format for .{1,200}",
        r"expects \d+ weights?, but the saved weights have \d+ elements.{0,100}CuDNN",
        r"as_list\(\) is not defined on an unknown TensorShape",
        r"'(?:tuple|list|dict|NoneType)' object has no attribute 'rank'.{0,40}keras",
        r"The two structures don't have the same sequence type.{1,80}keras",
        r"Unable to restore a layer of class (?P<name>\w+)",
        r"'?module'? object has no attribute 'Functional'",
        r"'dict' object has no attribute 'name'.{0,30}dtype",
        r"Cannot convert '?.{0,60}DTypePolicy.{0,80} to a TensorFlow DType",
        r"Cannot interpret .{0,200}DTypePolicy.{0,200} as a data type",
        r"Could not interpret initializer identifier: .{1,200}",
        r"Could not interpret activation function identifier: .{1,80}",
        r"Cannot deserialize object of type `\w*DTypePolicy\w*`",
        r"Unknown dtype policy: \{.{1,200}",
        r"Argument\(s\) not recognized: \{'\w+'",
        (
            r"Layer \"?\w+\"? expects \d+ input\(s\), but it received \d+ input "
            r"tensors.{0,200}functional"
        ),
    ),
    *sees(
        "keras-version-mismatch custom-object-missing lambda-refused-by-safe-mode",
        r"Unknown layer: '?(?P<name>[\w>]+)'?",
        r"Could not locate class '(?P<name>[\w>]+)'",
        (
            r"Unknown (?:initializer|regularizer|constraint|optimizer|activation function|object|"
            r"policy|dtype policy): ?'?(?P<name>[\w>]+)'?"
        ),
        judge=_unknown,
    ),
    *sees(
        "custom-object-missing legacy-h5-in-keras3",
        r"Unknown (?:metric|loss) function:? \{'class_name': '(?P<name>\w+)'",
        r"Unknown (?:metric|loss) function:? '?(?P<name>[\w>.<]+)'?",
        r"Could not locate function '(?P<name>[\w>.]+)'",
        judge=_metric,
    ),
    *sees(
        "custom-object-missing",
        (
            r"Please ensure (?:this|that|you are using).{0,40}object is passed to the "
            r"`custom_objects` argument"
        ),
        r"Please ensure this object is passed to the `custom_objects` argument",
        r"name '(?P<name>\w+)' is not defined.{0,60}lambda",
        r"Cannot .{0,20}deserialize .{0,60}without .{0,20}custom_objects",
        r"Unable to revive (?:layer|model) from config",
        r"Exception encountered when calling Lambda\.call\(\)\..{0,20}name '(?P<name>\w+)' is not",
        r"Unable to restore custom object of (?:type|class)",
        r"(?P<name>\w+) was created by passing non-serializable argument values in",
    ),
    *sees(
        "weights-only-file",
        r"No model found in config file",
        r"Cannot create group in read[- ]only mode",
        r"No model config found in the file",
        r"Cannot load weights.{0,60}no model config",
        r"You are trying to load a weight file .{0,60} as a model",
        r"object 'model_config' doesn't exist",
        r"can't locate attribute: 'model_config'",
        r"OrderedDict' object has no attribute '(?:eval|to|predict|forward|cuda|half|parameters)'",
        r"OrderedDict' object is not callable",
    ),
    *sees(
        "weights-architecture-mismatch",
        r"Layer count mismatch when loading weights from file",
        r"You are trying to load a weight file containing \d+ layers into a model with \d+ layers",
        r"Shapes? .{1,60} and .{1,60} are incompatible",
        r"A total of \d+ objects could not be loaded",
        r"was never built and thus it doesn't have any variables",
        r"Layer #\d+ \(named .{1,80}\).{0,80}(?:expects|weight spec|shape|was found to correspond)",
        r"Weight count mismatch for layer #\d+",
        r"Shape mismatch in layer #\d+",
        r"Cannot assign value to variable .{1,120}Shape mismatch",
        r"Error\(s\) in loading state_dict for \w+:",
        r"unexpected key \"[\w.]+\" in state_dict",
        r"Expected state_dict to be dict-like, got .{1,80}",
        r"the target variable and the shape of the target value in `variable\.assign",
        r"Layer weight shape \(.{1,60}\) not compatible with provided weight shape",
        r"Key \S{1,120} not found in checkpoint",
        r"Received incompatible tensor with shape .{1,60} when attempting to restore variable",
        r"Tensor's shape \(.{0,60}\) is not compatible with supplied shape",
        r"Assign requires shapes of both tensors to match",
        r"Some Python objects were not bound to checkpointed values",
        r"expected \d+ variables, but received \d+ variables during loading",
        r"You called `set_weights\(weights\)` on layer .{1,100} with a  ?weight list of length \d+",
        r"axes don't match array",
        when=lambda event: (
            not event.frames
            or ("Shapes" not in event.text and "axes don't" not in event.text)
            or any(
                re.search(
                    r"load_weights|load_model|hdf5_format|saving_lib|legacy_h5|set_weights"
                    r"|preprocess_weights",
                    f"{frame.function} {frame.path} {frame.code}",
                )
                for frame in event.frames
            )
        ),
    ),
    *sees(
        "h5py3-old-keras",
        r"'str' object has no attribute 'decode'",
        types="AttributeError",
        judge=_decode,
    ),
    *sees(
        "savedmodel-no-predict",
        r"'_UserObject' object has no attribute '(?P<name>predict\w*|summary|layers|evaluate)'",
        r"'AutoTrackable' object has no attribute '(?P<name>predict\w*|summary|layers|evaluate)'",
        r"'ConcreteFunction' object has no attribute '(?P<name>predict\w*)'",
        r"'_?WrappedFunction' object has no attribute '(?P<name>predict\w*)'",
        r"'_UserObject' object is not callable",
        r"'AutoTrackable' object is not callable",
        r"'TFSMLayer' object has no attribute '(?P<name>predict\w*)'",
        judge=_no_predict,
    ),
    *sees(
        "op-not-registered",
        r"Op type not registered '(?P<operator>\w+)' in binary running on",
        r"Op type not registered '(?P<operator>\w+)'",
        r"Regular TensorFlow ops are not supported by this interpreter",
        r"Encountered unresolved custom op: (?P<operator>\w+)",
        (
            r"Select TensorFlow op\(s\), included in the given model, is\(are\) not supported by "
            r"this interpreter"
        ),
        r"Didn't find op for builtin opcode '(?P<operator>\w+)' version '\d+'",
        r"(?P<operator>[\w.:]{1,200})\(-?\d+\) is not a registered function/op",
        r"No Op registered for (?P<operator>\w+) with domain_version of \d+",
        (
            r"ONNX Runtime only \*guarantees\* support for models stamped with official released "
            r"onnx opset versions"
        ),
        r"Unsupported model IR version: \d+, max supported IR version: \d+",
        r"Fatal error: (?P<operator>\S+) is not a registered function/op",
        r"NodeDef mentions attr '(?P<operator>\w+)' not in Op<name=\w+",
        r"Could not find an implementation for (?P<operator>\w+)\(\d+\) node with name",
        r"Failed to find kernel for (?P<operator>[\w.]+)\(\d+\)",
        r"Op builtin_code out of range: \d+\. Are you using",
        r"Unknown builtin op: (?P<operator>[\w:]+)",
        r"operator (?P<operator>\w+::\w+) does not exist",
        r"the maximum supported version for reading is \d+",
        r"No OpKernel was registered to support Op '(?P<operator>\w+)'",
        r"(?P<operator>\w+) (?:op currently )?only supports (?:the )?NHWC",
        r"Could not find device for node: \{\{node (?P<operator>\w+)\}\}",
        r"Can't create layer \"[^\"]{1,100}\" of type \"(?P<operator>\w+)\"",
    ),
    *sees(
        "interpreter-shared-by-threads",
        (
            r"There is at least 1 reference to internal data in the interpreter in the form of a "
            r"numpy array or slice"
        ),
    ),
    *sees(
        "tf-graph-thread",
        r"is not an element of this graph",
        r"must be from the same graph as Tensor\S*",
        r"Error while reading resource variable \S+ from Container: localhost",
        r"Cannot interpret feed_dict key as Tensor",
        r"is not an element of this graph\. \(Tensor",
        r"Attempting to use uninitialized value \S+",
        r"The Session graph is empty",
        r"Attempted to use a closed Session",
        r"Could not find variable \S+\. This could mean that the variable has been deleted",
        r"Graph is finalized and cannot be modified",
    ),
    *sees(
        "keras-threadlocal",
        (
            r"'(?:_?thread\._local|[\w.]*\blocal|[\w.]*Local)' object has no attribute "
            r"'(?P<name>\w+)'"
        ),
        types="AttributeError",
        judge=_threadlocal,
    ),
)
