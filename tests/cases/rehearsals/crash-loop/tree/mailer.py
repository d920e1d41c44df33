"""Sends a greeting to new members."""

import os

from flask import Flask

app = Flask(__name__)
MAIL_KEY = os.environ["MAIL_API_KEY"]


@app.get("/")
def index():
    return "Greetings are on."
