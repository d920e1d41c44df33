"""The library's page."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "4,000 books."
