"""Pages about the shop's sales."""

import time

from flask import Flask

app = Flask(__name__)
SHOPS = 40


@app.get("/")
def index():
    return "The month's report is at /month"


@app.get("/month")
def month():
    return f"All shops: {sum(turnover(shop) for shop in range(SHOPS))}"


def turnover(shop):
    """Add up a shop's receipts, which takes a while."""
    time.sleep(1)
    return shop * 1000
