import os
from functools import lru_cache

import joblib
from django.conf import settings


@lru_cache(maxsize=None)
def pipeline():
    return joblib.load(os.path.join(settings.BASE_DIR, 'inbox', 'ml', 'tfidf_logreg.joblib'))


def predict(text):
    proba = pipeline().predict_proba([text])[0]
    best = proba.argmax()
    return pipeline().classes_[best], float(proba[best])
