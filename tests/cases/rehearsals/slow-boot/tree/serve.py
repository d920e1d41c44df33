"""A search in the archive of the local newspaper."""

import os
import time
from wsgiref.simple_server import make_server

from flask import Flask, jsonify, request

app = Flask(__name__)


def read_archive():
    """Fetch 120 years, one after the other."""
    index = {}
    for year in range(1906, 2026):
        index[year] = f"The paper of {year}"
        time.sleep(1)  # the archive's server answers no faster
    return index


ARCHIVE = read_archive()


@app.get("/")
def search():
    return jsonify(found=ARCHIVE.get(request.args.get("year", 1999, type=int)))


if __name__ == "__main__":
    make_server("0.0.0.0", int(os.environ["PORT"]), app).serve_forever()
