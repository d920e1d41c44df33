"""A quiz."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "What is the capital of Peru?"
