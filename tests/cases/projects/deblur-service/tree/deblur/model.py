import os
import threading

import onnxruntime as ort
from django.conf import settings
from google.cloud import storage

_session = None
_lock = threading.Lock()


def get_session():
    """Fetch the generator from the bucket the first time anybody asks for it."""
    global _session
    with _lock:
        if _session is None:
            os.makedirs(settings.WORK_DIR, exist_ok=True)
            path = os.path.join(settings.WORK_DIR, "nafnet_width32.onnx")
            if not os.path.exists(path):
                bucket = storage.Client().bucket(settings.MODEL_BUCKET)
                bucket.blob("nafnet/nafnet_width32.onnx").download_to_filename(path)
            _session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return _session
