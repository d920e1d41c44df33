"""TensorFlow, told to be quiet and to leave a part of the machine to others."""

from __future__ import annotations

import logging
import os
import warnings
from typing import Any


def import_tensorflow(threads: int) -> Any:
    """Import TensorFlow, limited to a number of threads."""
    warnings.simplefilter("ignore")
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if hasattr(tf, "config"):
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    return tf
