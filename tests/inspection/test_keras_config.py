"""Custom objects, Lambdas and signatures in configs of any shape."""

from typing import Any

import pytest

from tests.inspection.building import keras2, keras3, sequential
from wherry.inspection.keras_config import NotAConfig, parse, survey
from wherry.inspection.keras_signature import signature_of
from wherry.inspection.known import keras_names

FUNCTION = {"module": "builtins", "class_name": "function", "registered_name": "function"}
CODE = {"class_name": "__lambda__", "config": {"value": ["Y29kZQ==", None, None]}}


def custom(*layers: dict[str, Any]) -> list[str]:
    return list(survey(sequential(*layers)).custom_objects)


def lambdas(*layers: dict[str, Any]) -> list[str]:
    return list(survey(sequential(*layers)).lambdas)


def test_every_layer_of_kerass_own_is_known() -> None:
    """None of them is called custom, in either generation."""
    names = sorted(keras_names().layers - {"Lambda"})
    assert not custom(*map(keras2, names))
    assert not custom(*map(keras3, names))
    assert not lambdas(*map(keras2, names))


@pytest.mark.parametrize(
    "layer",
    [
        keras2("Wave"),
        keras3("Wave", module="mine.layers"),
        keras2("Bidirectional", layer=keras2("Wave")),
        keras2("TimeDistributed", layer=keras2("Bidirectional", backward_layer=keras2("Wave"))),
        keras2("RNN", cell=keras2("StackedRNNCells", cells=[keras2("GRUCell"), keras2("Wave")])),
        keras3("TimeDistributed", layer=keras3("Wave", module="mine")),
        sequential(sequential(keras2("Wave"))),
        keras2("Functional", layers=[keras2("Model", layers=[keras2("Wave")])]),
        keras2("Dense", activation="Wave"),
        keras2("Dense", activation=keras2("Wave")),
        keras2("LSTM", recurrent_activation="Wave"),
        keras2("Dense", kernel_initializer=keras2("Wave")),
        keras2("Dense", kernel_regularizer="Wave"),
        keras3("Dense", activation={**FUNCTION, "config": "Wave"}),
        keras3("Lambda", function={**FUNCTION, "config": "Wave"}),
        keras2("Lambda", function="Wave", function_type="function"),
    ],
    ids=str,
)
def test_something_of_ones_own_is_found_wherever_it_is(layer: dict[str, Any]) -> None:
    """In wrappers, cells, nested models, as an activation, by name or as an object."""
    assert custom(keras2("Dense", activation="relu"), layer) == ["Wave"]


def test_registered_names_are_told_as_registered() -> None:
    """``Package>Name`` is what a custom object is asked for by."""
    layer = {**keras3("Wave", module="mine"), "registered_name": "Sea>Wave"}
    assert custom(layer) == ["Sea>Wave"]
    assert custom(keras2("Sea>Wave")) == ["Sea>Wave"]


@pytest.mark.parametrize(
    "layer",
    [
        keras2("Dense", activation="relu", kernel_initializer="glorot_uniform"),
        keras2("Dense", kernel_initializer=keras2("VarianceScaling"), activation=None),
        keras3("Dense", activation="gelu", bias_constraint=keras3("NonNeg", "keras.constraints")),
        keras3("Dense", dtype=keras3("DTypePolicy", "keras")),
        keras3("Dense", activation={**FUNCTION, "module": "keras.activations", "config": "relu"}),
        keras3("Functional", module="keras.src.models.functional"),
        keras3("GetItem", module="keras.src.ops.numpy"),
        {"class_name": "NotEqual", "config": {"name": "not_equal"}},
        {**FUNCTION, "class_name": "slice", "config": {}},
        keras2("TFOpLambda", function="math.add"),
        keras2("Dense", call={"class_name": "__keras_tensor__", "config": {"shape": [1]}}),
    ],
    ids=str,
)
def test_what_keras_has_itself_is_passed_over(layer: dict[str, Any]) -> None:
    """Initializers, policies, operations, tensors in calls."""
    assert not custom(layer)
    assert not lambdas(layer)


def test_layer_of_ones_own_named_like_an_operation_is_told_apart() -> None:
    """A layer says whether it is trainable; an operation of Keras 3 does not."""
    assert custom(keras2("Norm")) == ["Norm"]


def test_code_is_found_wherever_it_hides() -> None:
    """In a Lambda layer of either generation, and as an activation."""
    code = ["Y29kZQ==", None, None]
    assert lambdas(keras2("Lambda", function=code, function_type="lambda")) == ["lambda"]
    assert lambdas(keras3("Lambda", function=CODE)) == ["lambda"]
    assert lambdas(keras2("TimeDistributed", layer=keras2("Lambda"))) == ["lambda"]
    assert lambdas(keras3("Dense", activation=CODE)) == ["dense"]
    assert lambdas(keras3("Wave", module="mine", inner={"deep": [CODE]})) == ["wave"]


def test_layers_inside_ones_own_are_counted() -> None:
    """Under whatever name they are kept; initializers are no layers."""
    block = keras3(
        "Block",
        module="mine",
        first=keras3("Dense"),
        kernel_initializer=keras3("Identity", "keras.initializers"),
    )
    assert survey(sequential(block)).layers == {"Block": 1, "Dense": 1}


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' * 50_000, '{"class_name": 1}'])
def test_text_that_is_no_config_is_refused(text: str) -> None:
    """Nesting that would overflow the stack, too."""
    with pytest.raises(NotAConfig):
        parse(text)


def test_infinity_and_nan_are_read() -> None:
    """Keras writes them, though JSON has none."""
    assert parse('{"class_name": "Sequential", "config": {"max": Infinity, "min": NaN}}')


def functional(inputs: object, outputs: object, *layers: dict[str, Any]) -> dict[str, Any]:
    config = {"layers": list(layers), "input_layers": inputs, "output_layers": outputs}
    return {"class_name": "Functional", "config": config}


def an_input(**config: Any) -> dict[str, Any]:
    return {"class_name": "InputLayer", "config": {"name": "a", "batch_shape": [None, 2], **config}}


def test_inputs_and_outputs_may_be_dicts_lists_or_single() -> None:
    """Keras 3 keeps the structure; a dict's keys are the names of outputs."""
    dense = keras3("Dense")
    for inputs in (["a", 0, 0], [["a", 0, 0]], {"x": ["a", 0, 0]}):
        signature = signature_of(functional(inputs, {"y": ["dense", 0, 0]}, an_input(), dense))
        assert signature is not None
        assert [spec.name for spec in signature.inputs] == ["a"]
        assert [spec.name for spec in signature.outputs] == ["y"]


@pytest.mark.parametrize(
    "config",
    [
        functional([["b", 0, 0]], [["a", 0, 0]], an_input()),
        functional([["a", 0, 0]], [["a", 0, 0], ["a", 0, 1]], an_input()),
        functional([["a", 0, 0]], [["a", 0, 0]], an_input(ragged=True)),
        functional([["a", 0, 0]], [["a", 0, 0]], an_input(sparse=True)),
        functional([["a", 0, 0]], [["a", 0, 0]], an_input(dtype="float8")),
        functional([["a", 0, 0]], [["a", 0, 0]], an_input(batch_shape=[None, "x"])),
        functional([["a", 0, 0]], [["hashing", 0, 0]], an_input(), keras3("Hashing")),
        functional(3, None),
        sequential(),
        sequential(keras2("Dense")),
        {"class_name": "Mine", "config": {}},
        {"class_name": "Sequential", "config": None},
    ],
    ids=str,
)
def test_nothing_is_guessed_where_the_config_does_not_say(config: dict[str, Any]) -> None:
    """No shape, no such layer, one name twice, a datatype that a layer chooses itself."""
    assert signature_of(config) is None
