import os

import cv2
import numpy as np
from flask import Flask, jsonify, render_template, request
from tensorflow.keras.models import load_model

app = Flask(__name__)
app.config["UPLOAD_FOLDER"] = "static/uploads"

model = load_model(os.path.join(os.path.dirname(__file__), "fruit.h5"))
names = ["apple", "banana", "orange"]


@app.route("/")
def home():
    return render_template("index.html")


@app.route("/predict", methods=["POST"])
def predict():
    try:
        file = request.files["fruit"]
        path = os.path.join(app.config["UPLOAD_FOLDER"], file.filename)
        file.save(path)
        img = cv2.imread(path)
        img = cv2.resize(img, (32, 32)) / 255.0
        pred = model.predict(np.array([img]))
        return jsonify({"fruit": names[int(pred.argmax())]})
    except Exception as e:
        return jsonify({"error": str(e)})


if __name__ == "__main__":
    app.run(debug=True)
