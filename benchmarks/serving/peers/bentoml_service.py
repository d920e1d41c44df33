"""A BentoML service: rows as JSON, or raw bytes."""

from typing import Annotated

import bentoml
import direct
import numpy as np
from bentoml.validators import ContentType
from work import MODEL, SHAPE, THREADS

RAW = ContentType("application/octet-stream")


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Direct:
    """The model, in BentoML's worker process."""

    def __init__(self) -> None:
        """Load the model."""
        self._run = direct.load(MODEL, THREADS)

    @bentoml.api
    def rows(self, instances: list[list[float]]) -> dict[str, list[list[float]]]:
        """JSON in and out."""
        return {"predictions": self._run(np.array(instances, np.float32))[0].tolist()}

    @bentoml.api
    def raw(self, tensor: Annotated[bytes, RAW], /) -> Annotated[bytes, RAW]:
        """Raw float32 in and out."""
        answers = self._run(np.frombuffer(tensor, np.float32).reshape(SHAPE))
        return b"".join(item.tobytes() for item in answers)
