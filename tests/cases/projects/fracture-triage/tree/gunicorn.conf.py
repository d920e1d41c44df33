import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "2")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

workers = 1
threads = 4
timeout = 30


def post_worker_init(worker):
    # After the fork: TensorFlow's threads do not survive one.
    from triage.model import load

    load()
