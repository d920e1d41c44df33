"""When the tide is high."""

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(high=["04:12", "16:40"])


@app.get("/low")
def low():
    return jsonify(low=["10:20", "22:51"])
