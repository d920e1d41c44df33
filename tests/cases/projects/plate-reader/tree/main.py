import os
import pickle

import numpy as np
from flask import Flask, jsonify, render_template, request

app = Flask(__name__)
app.secret_key = os.environ["FLASK_SECRET"]

runs = []


def open_calibration(storage):
    return pickle.load(storage.stream)


@app.route("/")
def index():
    return render_template("index.html", runs=runs)


@app.route("/measure", methods=["POST"])
def measure():
    try:
        curve = open_calibration(request.files["calibration"])
        wells = np.loadtxt(request.files["plate"], delimiter=",")
        values = curve.predict(wells.reshape(-1, 1)).tolist()
    except Exception as error:
        return render_template("error.html", error=error)
    runs.append({"name": request.form["name"], "values": values})
    return jsonify(values)


if __name__ == "__main__":
    app.run(debug=True)
