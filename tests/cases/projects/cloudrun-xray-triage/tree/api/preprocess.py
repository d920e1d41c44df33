import cv2
import numpy as np
import pydicom


def load(path):
    if path.endswith('.dcm'):
        pixels = pydicom.dcmread(path).pixel_array
    else:
        pixels = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    pixels = cv2.resize(pixels.astype('float32'), (320, 320))
    pixels = (pixels - pixels.mean()) / (pixels.std() + 1e-6)
    return np.repeat(pixels[np.newaxis, :, :, np.newaxis], 3, axis=3)
