"""The clinic's page."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "Open from nine to five."
