"""The page of a service that sends reminders."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "Reminders are sent every hour."
