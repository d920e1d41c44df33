"""The model in gunicorn's dirty worker."""

import direct
import numpy as np
from gunicorn.dirty import DirtyApp
from work import MODEL, SHAPE


class Model(DirtyApp):
    """Loaded once, in a process of its own."""

    def init(self) -> None:
        """Load it."""
        self._run = direct.load(MODEL, threads=1)

    def rows(self, instances: list[list[float]]) -> list[list[float]]:
        """Answer rows of numbers."""
        return self._run(np.array(instances, np.float32))[0].tolist()

    def raw(self, tensor: bytes) -> bytes:
        """Answer raw float32 with raw float32."""
        answers = self._run(np.frombuffer(tensor, np.float32).reshape(SHAPE))
        return b"".join(item.tobytes() for item in answers)
