"""Cloud Run service: reads handwriting, one word per picture."""
import io
import os
from functools import cache

import numpy as np
from flask import Flask, jsonify, request
from PIL import Image

app = Flask(__name__)
LETTERS = "abc"


@cache
def model():
    import tensorflow as tf

    return tf.keras.models.load_model(os.path.join(os.path.dirname(__file__), "letters.keras"))


@app.get("/")
def health():
    return "ok"


@app.post("/read")
def read():
    if "word" not in request.files:
        return jsonify(error="word missing"), 400
    image = Image.open(io.BytesIO(request.files["word"].read())).convert("RGB").resize((32, 32))
    scores = model().predict(np.asarray(image, dtype="float32")[None] / 255, verbose=0)[0]
    return jsonify(letter=LETTERS[int(scores.argmax())])
