from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent / 'nn'
TOPICS = ['law', 'gardening', 'history', 'science', 'cookery']


@cache
def _loaded():
    # Only the worker comes here; the web processes never import the runtime.
    import onnxruntime as ort
    from tokenizers import Tokenizer

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(HERE / 'topic_minilm_int8.onnx', options, providers=['CPUExecutionProvider'])
    return session, Tokenizer.from_file(str(HERE / 'tokenizer.json'))


def classify(text):
    import numpy as np

    session, tokenizer = _loaded()
    ids = np.array([tokenizer.encode(text).ids[:512] or [0]], dtype=np.int64)
    (scores,) = session.run(None, {'input_ids': ids, 'attention_mask': np.ones_like(ids)})
    return [TOPICS[i] for i in np.argsort(-scores[0])[:2]]
