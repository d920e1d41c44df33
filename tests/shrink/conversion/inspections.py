"""Inspections as the tests need them."""

from pathlib import Path
from typing import Any

from wherry.inspection.report import Format, Inspection


def keras_file(version: str, **others: Any) -> Inspection:
    """Return the inspection of a file that this Keras wrote; "" where it does not say."""
    return Inspection(
        Path("model.h5"),
        Format.HDF5,
        1,
        "",
        written_by={"keras": version} if version else {},
        keras_generation=int(version[0]) if version else None,
        **others,
    )
