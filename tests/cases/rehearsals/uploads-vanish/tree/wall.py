"""A wall of pictures that visitors send."""

from pathlib import Path

from flask import Flask, jsonify, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
PICTURES = Path(__file__).parent / "uploads"


@app.get("/")
def index():
    return jsonify(pictures=sorted(path.name for path in PICTURES.glob("*.png")))


@app.post("/pictures")
def take():
    PICTURES.mkdir(exist_ok=True)
    name = secure_filename(request.args["name"])
    (PICTURES / name).write_bytes(request.get_data())
    return jsonify(saved=name), 201
