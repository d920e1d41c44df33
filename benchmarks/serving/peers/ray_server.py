"""A Ray Serve deployment of one replica."""

import os
from typing import Any

import direct
import numpy as np
import ray
from ray import serve
from starlette.requests import Request
from starlette.responses import Response
from work import MODEL, SHAPE, THREADS


@serve.deployment(num_replicas=1)
class Direct:
    """The model, in the replica's process."""

    def __init__(self) -> None:
        """Load the model."""
        self._run = direct.load(MODEL, THREADS)

    async def __call__(self, request: Request) -> Any:
        """JSON in and out, or raw float32 in and out."""
        if request.headers["content-type"] == "application/json":
            rows = (await request.json())["instances"]
            return {"predictions": self._run(np.array(rows, np.float32))[0].tolist()}
        answers = self._run(np.frombuffer(await request.body(), np.float32).reshape(SHAPE))
        raw = b"".join(item.tobytes() for item in answers)
        return Response(raw, media_type="application/octet-stream")


if __name__ == "__main__":
    ray.init(
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=os.environ["TMPDIR"],
        # The tensors go by HTTP; Ray's default store would take a third of the memory.
        object_store_memory=100 * 2**20,
    )
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])})
    serve.run(Direct.bind(), route_prefix="/predict", blocking=True)
