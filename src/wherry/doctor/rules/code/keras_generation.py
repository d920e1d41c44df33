"""Which generation of Keras the code gets, as far as the requirements tell."""

from typing import Final

from wherry.doctor.rule import Context
from wherry.doctor.rules.code import versions

_TENSORFLOWS: Final = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel")
_KERAS_3: Final = (3, 0)
_TF_WITH_KERAS_3: Final = (2, 16)


def of(context: Context, call: str) -> int | None:
    """Return 2 or 3 for a function of Keras; None where the requirements leave it open.

    What is not limited from above is the newest, which is 3.
    """
    if call.startswith("tf_keras") or _legacy(context):
        return 2
    known = versions.installed(context, "keras")
    if call.startswith("keras.") and known is not None:
        return 3 if known >= _KERAS_3 else 2
    for name in _TENSORFLOWS:
        if not versions.wanted(context, name):
            continue
        if versions.below(context, name, _TF_WITH_KERAS_3):
            return 2
        asked = context.project.requirements.get(name)
        if versions.at_least(context, name, _TF_WITH_KERAS_3):
            return 3
        return 3 if asked is not None and "<" not in asked.specifier else None
    if versions.wanted(context, "keras"):
        return 2 if versions.below(context, "keras", _KERAS_3) else 3
    return None


def _legacy(context: Context) -> bool:
    """Whether TF_USE_LEGACY_KERAS is set, by a file or in the code."""
    project = context.project
    if any(
        "TF_USE_LEGACY_KERAS" in project.environment(name) for name in ("heroku", "render", "fly")
    ):
        return True
    code = project.code
    return any(
        "TF_USE_LEGACY_KERAS" in source.text
        for source in map(code.sources.get, code.served)
        if source is not None
    )
