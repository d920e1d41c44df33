"""A queue of print jobs, which wants to end well."""

import os
import signal
from wsgiref.simple_server import make_server

from flask import Flask

app = Flask(__name__)
PRINTED = []


def finish(number, frame):
    """Say that the jobs are printed first."""
    print(f"{len(PRINTED)} jobs were printed, and the next ones are waited for.", flush=True)


@app.get("/")
def index():
    return f"{len(PRINTED)} jobs"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, finish)
    make_server("0.0.0.0", int(os.environ["PORT"]), app).serve_forever()
