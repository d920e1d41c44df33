"""A poem a day."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "I wandered lonely as a cloud"
