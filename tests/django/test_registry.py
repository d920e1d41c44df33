"""get_model: the models of the settings, and of the settings in force."""

import pytest
from django.test import override_settings

from tests.pitch import LITERT, ONNX
from wherry.django import get_model
from wherry.django.registry import conf, repository
from wherry.errors import ConfigurationError, ModelNotFound
from wherry.serving.state import State


@override_settings(WHERRY={"MODELS": {"pitch": ONNX}})
def test_model_is_found_by_its_name() -> None:
    """The same object each time, not yet loaded."""
    assert get_model("pitch") is get_model("pitch")
    assert get_model("pitch").state is State.WAITING
    with pytest.raises(ModelNotFound):
        get_model("other")


def test_overridden_settings_take_effect_and_end() -> None:
    """A test's models live as long as its settings, and are closed with them."""
    with override_settings(WHERRY={"MODELS": {"pitch": ONNX}, "MAX_BODY_BYTES": 9}):
        model = get_model("pitch")
        model.load()
        assert conf().max_body_bytes == 9
        with override_settings(WHERRY={"MODELS": {"pitch": LITERT}}):
            assert get_model("pitch") is not model
    assert model.state is State.CLOSED
    assert conf().max_body_bytes != 9


def test_other_settings_leave_the_models_alone() -> None:
    """A loaded model survives an override of something else."""
    with override_settings(WHERRY={"MODELS": {"pitch": ONNX}}):
        model = get_model("pitch")
        with override_settings(DEBUG=True):
            assert get_model("pitch") is model


def test_unusable_setting_is_said_when_it_is_used() -> None:
    """Importing the app does not fail: ``manage.py check`` must be able to speak."""
    with override_settings(WHERRY={"MODELS": 5}), pytest.raises(ConfigurationError):
        repository()
