import re
from pathlib import Path

import cv2
import numpy as np
import pytesseract
from ultralytics import YOLO

WEIGHTS = Path(__file__).resolve().parent / "weights" / "plate_yolo11n.pt"


class PlateReader:
    def __init__(self):
        self.detector = YOLO(WEIGHTS)

    def read(self, data: bytes):
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        boxes = self.detector.predict(image, verbose=False)[0].boxes
        if not len(boxes):
            return None, 0.0
        x1, y1, x2, y2 = boxes.xyxy[0].int().tolist()
        crop = cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY)
        text = pytesseract.image_to_string(crop, config="--psm 7")
        return re.sub(r"[^A-Z0-9]", "", text.upper()), float(boxes.conf[0])
