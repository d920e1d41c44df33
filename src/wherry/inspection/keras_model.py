"""What both kinds of Keras file are described by: config, version, weights."""

from collections.abc import Mapping
from typing import Any

from wherry.errors import NotAModel
from wherry.inspection.carriers import keras_carriers
from wherry.inspection.keras_config import NotAConfig, parse, survey
from wherry.inspection.keras_signature import signature_of
from wherry.inspection.report import Format, Inspection, Weights
from wherry.inspection.stamp import Stamp


def keras_model(
    stamp: Stamp,
    format: Format,  # noqa: A002  as Inspection calls it
    config_text: str | bytes,
    *,
    version: str,
    weights: tuple[Weights, ...],
    notes: tuple[str, ...] = (),
) -> Inspection:
    """Return what a Keras file's parts say.

    Raises:
        NotAModel: the config is damaged.
    """
    try:
        config = parse(config_text)
    except NotAConfig:
        raise NotAModel(
            f"{stamp.path} holds a description of its layers that cannot be read: the file is "
            "damaged. Copy it again, or save the model again."
        ) from None
    found = survey(config)
    signature = signature_of(config)
    custom = tuple(found.custom_objects)
    lambdas = tuple(found.lambdas)
    return Inspection(
        path=stamp.path,
        format=format,
        size_bytes=stamp.size_bytes,
        sha256=stamp.sha256,
        written_by={"keras": version} if version else {},
        keras_generation=_generation(version, config),
        signatures={signature.name: signature} if signature else {},
        layers=dict(found.layers.most_common()),
        weights=weights,
        custom_objects=custom,
        lambdas=lambdas,
        carriers=keras_carriers(found.layers, custom, lambdas, signature),
        notes=notes,
    )


def _generation(version: str, config: Mapping[str, Any]) -> int:
    if version[:1] in ("1", "2", "3"):
        return int(version[0])
    # Keras 1 wrote no version before 1.2, Keras 3 always does.
    return 2 if "module" in config else 1
