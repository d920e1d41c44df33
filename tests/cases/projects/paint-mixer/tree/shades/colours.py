import numpy as np
from PIL import Image


def main_colours(upload, count=5):
    image = Image.open(upload).convert("RGB").resize((64, 64)).quantize(count)
    flat = np.array(image.getpalette()[: 3 * count]).reshape(-1, 3)
    return ["#{:02x}{:02x}{:02x}".format(*(int(part) for part in row)) for row in flat]
