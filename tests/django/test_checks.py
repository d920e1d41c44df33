"""The system checks, run as ``manage.py check`` runs them."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from tests.pitch import LITERT, ONNX, SAVED_MODEL
from wherry.django import checks
from wherry.serving.packing import pack


def ids(*, deploy: bool = False) -> list[str | None]:
    found = run_checks(tags=[checks.TAG], include_deployment_checks=deploy)
    return [message.id for message in found]


@override_settings(WHERRY={"MODELS": {"pitch": LITERT, "other": ONNX}})
def test_sound_project_is_silent() -> None:
    """Models that are there and a runtime for each."""
    assert ids() == []


@override_settings(WHERRY={"MODELS": {}})
def test_no_model_is_a_warning() -> None:
    """The app is installed for nothing, which breaks nothing."""
    assert ids() == ["wherry.W001"]


@override_settings(WHERRY={"MODELLS": {}})
def test_mistake_in_the_setting_is_an_error() -> None:
    """One message each, with how the setting is written."""
    (message,) = run_checks(tags=[checks.TAG])
    assert message.id == "wherry.E001"
    assert "unknown key 'MODELLS'" in message.msg
    assert message.hint == checks.E001_HINT


def test_missing_model_is_an_error(tmp_path: Path) -> None:
    """The hint is what to do about it."""
    with override_settings(WHERRY={"MODELS": {"digits": tmp_path / "digits.tflite"}}):
        (message,) = run_checks(tags=[checks.TAG])
    assert message.id == "wherry.E002"
    assert "The model 'digits' cannot be served: There is no model at" in message.msg
    assert message.hint is not None
    assert message.hint.startswith("Check the path")


def test_lfs_pointer_is_an_error(tmp_path: Path) -> None:
    """Found before the push, where it costs nothing."""
    pointer = tmp_path / "m.onnx"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with override_settings(WHERRY={"MODELS": {"m": pointer}}):
        assert ids() == ["wherry.E002"]


def test_missing_runtime_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SavedModel without TensorFlow's libraries says where to get them."""
    monkeypatch.setattr(checks, "missing", lambda runtime: f"Install {runtime}. Like this.")
    with override_settings(WHERRY={"MODELS": {"m": SAVED_MODEL}}):
        (message,) = run_checks(tags=[checks.TAG])
    assert message.id == "wherry.E003"
    assert message.hint == "Like this."


@override_settings(WHERRY={"MODELS": {"pitch": ONNX}})
def test_public_endpoints_are_a_deployment_warning() -> None:
    """Only before a deployment, and only where the endpoints are routed."""
    assert ids() == []
    assert ids(deploy=True) == ["wherry.W002"]


@pytest.mark.parametrize("access", [{"API_KEYS": ["k"]}, {"PERMISSION": bool}])
def test_guarded_endpoints_are_silent(access: dict[str, object]) -> None:
    """A key or a permission is enough."""
    with override_settings(WHERRY={"MODELS": {"pitch": ONNX}, **access}):
        assert ids(deploy=True) == []


@override_settings(WHERRY={"MODELS": {"pitch": ONNX}}, ROOT_URLCONF="tests.project.plain_urls")
def test_project_without_the_endpoints_is_silent() -> None:
    """Models used from Python only are nobody else's to ask."""
    assert ids(deploy=True) == []


def test_label_for_a_version_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """One for a version in the folder, or for the bundle's own, is none."""
    for version in ("1", "2"):
        pack(ONNX, tmp_path / "pitch" / version, version=version)
    for path, labels, expected in (
        (tmp_path / "pitch", {"stable": "1", "newest": "2"}, []),
        (tmp_path / "pitch" / "1", {"stable": "1"}, []),
        (tmp_path / "pitch", {"stable": "1", "canary": "3"}, ["wherry.E004"]),
    ):
        with override_settings(WHERRY={"MODELS": {"pitch": {"PATH": path, "LABELS": labels}}}):
            assert ids() == expected
    with override_settings(WHERRY={"MODELS": {"pitch": {"PATH": path, "LABELS": labels}}}):
        (message,) = run_checks(tags=[checks.TAG])
    assert "'canary' of the model 'pitch' is for version '3'" in message.msg
    assert "there is '1', '2'" in message.msg
