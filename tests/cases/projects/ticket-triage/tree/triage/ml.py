from pathlib import Path

import tensorflow as tf
from django.conf import settings

QUEUES = ["billing", "bug", "question"]

model_dir = Path(settings.BASE_DIR) / "triage" / "saved_model"
model = tf.keras.models.load_model(model_dir)


def vector(text):
    # hashing trick, 32 buckets
    counts = [0.0] * 32
    for word in text.lower().split():
        counts[hash(word) % 32] += 1
    return tf.constant([counts])


def queue_for(text):
    scores = model.predict(vector(text))[0]
    return QUEUES[int(scores.argmax())]
