import functools
import pathlib

import cv2
import numpy as np
import onnxruntime as ort

MODEL = pathlib.Path(__file__).resolve().parent / "pose_lite.onnx"
HIP, KNEE, ANKLE = 11, 13, 15


@functools.lru_cache(maxsize=1)
def session():
    return ort.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])


def knee_angle(data):
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("Not a picture")
    batch = cv2.resize(image, (192, 192))[None, :, :, ::-1].astype(np.float32) / 255
    points = session().run(None, {"image": batch})[0].reshape(-1, 3)[:, :2]
    thigh, shin = points[HIP] - points[KNEE], points[ANKLE] - points[KNEE]
    cosine = thigh @ shin / (np.linalg.norm(thigh) * np.linalg.norm(shin) + 1e-9)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
