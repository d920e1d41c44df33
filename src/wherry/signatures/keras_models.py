"""Keras and TensorFlow loading a model: saved by another release, or not a whole model."""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

# Classes of Keras's own: one of these that is not known was written by another Keras.
_KERAS_OWN_TEXT: Final = """
Functional Sequential Model InputLayer Dense Conv1D Conv2D Conv3D Policy DTypePolicy LSTM
GRU SimpleRNN Bidirectional TimeDistributed BatchNormalization BatchNormalizationV1
BatchNormalizationV2 LayerNormalization Dropout SpatialDropout1D SpatialDropout2D Flatten
Reshape Embedding MaxPooling1D MaxPooling2D AveragePooling2D GlobalAveragePooling1D Masking
GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D Rescaling DepthwiseConv2D
SeparableConv2D Conv2DTranspose UpSampling2D ZeroPadding2D Concatenate Add Multiply
Activation ReLU LeakyReLU PReLU Softmax TFOpLambda SlicingOpLambda TensorFlowOpLayer
ModuleWrapper RandomFlip RandomRotation RandomZoom RandomContrast RandomHeight RandomWidth
Resizing Normalization TextVectorization StringLookup Attention MultiHeadAttention
GlorotUniform Zeros Ones VarianceScaling Orthogonal HeNormal Adam CuDNNLSTM CuDNNGRU LSTMV1
LSTMV2 GRUV2 GlorotNormal RandomUniform Cropping2D CenterCrop GaussianNoise AlphaDropout
AdditiveAttention CategoricalCrossentropy SparseCategoricalCrossentropy NotEqual Cast
Operation
"""
_KERAS_OWN: Final = frozenset(_KERAS_OWN_TEXT.split())
_ARGUMENTS_TEXT: Final = """
batch_shape groups ragged time_major dtype optional synchronized quantization_config
keepdims implementation reset_after trainable batch_input_shape lr decay value_range
data_format sparse axis
"""
_ARGUMENTS: Final = frozenset(_ARGUMENTS_TEXT.split())
_KERAS2_ARGUMENT: Final = re.compile(r"'(?:time_major|implementation|weights)'")
_KERAS2_SAID: Final = re.compile(r"mse|mae|acc|accuracy|mean_squared_error|binary_crossentropy")


def _own(name: str) -> bool:
    return name.rpartition(">")[2] in _KERAS_OWN and ">" not in name


def _keras3(event: Event) -> bool:
    """Whether the frames are Keras 3's own."""
    return any("/keras/src/" in frame.path for frame in event.frames) and not any(
        "/keras/src/engine/" in frame.path or "/tf_keras/" in frame.path for frame in event.frames
    )


def _unknown(event: Event, found: re.Match[str]) -> Verdict:
    """A class that is not known: Keras's own, or the author's."""
    del event
    name = found["name"].strip("'\"")
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
    """What follows tells which argument it was."""
    text = event.text.partition("Exception encountered:")[2]
    if _KERAS2_ARGUMENT.search(text):
        return Verdict("legacy-h5-in-keras3", values_of(found))
    return Verdict("keras-version-mismatch", values_of(found))


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
        r"code expected at least \d+ arguments, got \d+",
    ),
    *sees(
        "keras3-savedmodel-format",
        r"Keras 3 only supports V3 `\.keras` files",
        r"File format not supported: filepath=.{1,400}",
        r"legacy SavedModel format is not supported by `load_model\(\)` in Keras 3",
        r"reload a TensorFlow SavedModel as an inference-only layer in Keras 3",
    ),
    *sees(
        "legacy-h5-in-keras3",
        r"Could not deserialize '(?P<name>keras\.(?:metrics|losses)\.\w+)'",
        r"Could not locate function '(?P<name>mse|mae|acc|accuracy|binary_crossentropy)'",
        r"Could not interpret (?:optimizer|metric|loss) identifier",
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
        "keras-version-mismatch legacy-h5-in-keras3",
        r"Error when deserializing class '(?P<name>\w+)' using config=",
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
        "keras-version-mismatch legacy-h5-in-keras3",
        r"got an unexpected keyword argument '(?P<name>\w+)'",
        r"Keyword argument not understood:.{0,4} '(?P<name>\w+)'",
        r"\('Keyword argument not understood:', '(?P<name>\w+)'\)",
        judge=_keyword,
        types="TypeError ValueError",
    ),
    *sees(
        "keras-version-mismatch",
        r"'str' object has no attribute 'as_list'",
        r"could not be deserialized properly\. Please ensure that components",
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
            r"policy|dtype policy): '?(?P<name>[\w>]+)'?"
        ),
        judge=_unknown,
    ),
    *sees(
        "custom-object-missing legacy-h5-in-keras3",
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
    ),
    *sees(
        "weights-only-file",
        r"No model found in config file",
        r"Cannot create group in read[- ]only mode",
        r"No model config found in the file",
        r"Cannot load weights.{0,60}no model config",
        r"You are trying to load a weight file .{0,60} as a model",
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
    ),
    *sees(
        "keras-threadlocal",
        r"'_thread\._local' object has no attribute '\w+'",
        r"'thread\._local' object has no attribute '\w+'",
        r"thread\._local' object has no attribute 'value'",
    ),
)
