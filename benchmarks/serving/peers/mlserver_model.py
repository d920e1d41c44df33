"""A custom runtime for MLServer; tensors travel as JSON numbers, or in base64 where large."""

import direct
import numpy as np
from mlserver import MLModel, types
from mlserver.codecs import Base64Codec, NumpyCodec
from work import MODEL, SHAPE, THREADS


class Direct(MLModel):
    """The model, in MLServer's own process (``parallel_workers=0``)."""

    async def load(self) -> bool:
        """Load the model."""
        self._run = direct.load(MODEL, THREADS)
        return True

    async def predict(self, payload: types.InferenceRequest) -> types.InferenceResponse:
        """Answer in the encoding of the request."""
        given = payload.inputs[0]
        if given.datatype == "BYTES":
            (raw,) = Base64Codec.decode_input(given)
            answers = self._run(np.frombuffer(raw, np.float32).reshape(SHAPE))
            outputs = [
                Base64Codec.encode_output(str(index), [item.tobytes()], use_bytes=False)
                for index, item in enumerate(answers)
            ]
        else:
            answers = self._run(NumpyCodec.decode_input(given))
            outputs = [
                NumpyCodec.encode_output(str(index), item) for index, item in enumerate(answers)
            ]
        return types.InferenceResponse(model_name=self.name, outputs=outputs)
