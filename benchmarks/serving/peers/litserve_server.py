"""A LitServe server; it takes JSON only, so that a large tensor comes in base64."""

import base64
import os
from typing import Any

import direct
import litserve
import numpy as np
from starlette.responses import Response
from work import MODEL, SHAPE, THREADS


class Direct(litserve.LitAPI):
    """The model, in LitServe's worker process."""

    def setup(self, device: str) -> None:
        """Load the model."""
        del device
        self._run = direct.load(MODEL, THREADS)

    def decode_request(self, request: dict[str, Any]) -> Any:
        """Read the rows, or the tensor in base64."""
        if "instances" in request:
            return "rows", np.array(request["instances"], np.float32)
        raw = base64.b64decode(request["tensor"])
        return "raw", np.frombuffer(raw, np.float32).reshape(SHAPE)

    def predict(self, x: Any) -> Any:
        """Run the model."""
        form, array = x
        return form, self._run(array)

    def encode_response(self, output: Any) -> Any:
        """Answer rows with rows, a raw tensor with raw tensors."""
        form, answers = output
        if form == "rows":
            return {"predictions": answers[0].tolist()}
        raw = b"".join(item.tobytes() for item in answers)
        return Response(raw, media_type="application/octet-stream")


if __name__ == "__main__":
    server = litserve.LitServer(Direct(), accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        num_api_servers=1,
        log_level="warning",
        access_log=False,
        generate_client_file=False,
    )
