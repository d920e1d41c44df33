from pathlib import Path

import numpy as np


def load_clips(folder):
    files = sorted(Path(folder).glob("*/*.npy"))
    names = sorted({f.parent.name for f in files})
    return np.stack([np.load(f) for f in files]), np.array([names.index(f.parent.name) for f in files])
