"""Watches the club's 400 boats, each in a thread of its own."""

import threading
import time

from flask import Flask

app = Flask(__name__)
BOATS = 400


def watch(boat):
    """Ask a boat's beacon every minute."""
    while True:
        time.sleep(60)


for number in range(BOATS):
    threading.Thread(target=watch, args=(number,), daemon=True).start()


@app.get("/")
def index():
    return f"{BOATS} boats are watched."
