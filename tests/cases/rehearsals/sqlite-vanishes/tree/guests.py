"""The guest book."""

import sqlite3
from pathlib import Path

from flask import Flask, jsonify, request

app = Flask(__name__)
BOOK = Path(__file__).parent / "guests.sqlite3"


def book():
    """Open the book, which is made where there is none."""
    database = sqlite3.connect(BOOK)
    database.execute("create table if not exists entries (words text)")
    return database


@app.get("/")
def read():
    return jsonify([words for (words,) in book().execute("select words from entries")])


@app.post("/")
def write():
    with book() as database:
        database.execute("insert into entries values (?)", (request.get_data(as_text=True),))
    return "Thank you.", 201
