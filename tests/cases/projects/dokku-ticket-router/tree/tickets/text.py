import json
import re
from pathlib import Path

import numpy as np
from nltk.corpus import stopwords

VOCABULARY = json.loads((Path(__file__).parent / 'nn' / 'vocabulary.json').read_text())
STOP = set(stopwords.words('english'))


def encode(text, length=120):
    words = [w for w in re.findall(r'[a-z]+', text.lower()) if w not in STOP]
    ids = [VOCABULARY.get(w, 1) for w in words][:length]
    return np.array([ids + [0] * (length - len(ids))], dtype='int32')
