"""The members' list as a file to download."""

from flask import Flask, Response

app = Flask(__name__)
MEMBERS = ["Ada", "Grace", "Katherine", "", "Dorothy"]
LINE_BYTES = 4096


def lines():
    """Write a line for each member who left a name."""
    for member in MEMBERS:
        if member:
            yield f"{member};{len(member)}\n".encode().ljust(LINE_BYTES)


@app.get("/members.csv")
def members():
    length = str(LINE_BYTES * len(MEMBERS))
    return Response(lines(), mimetype="text/csv", headers={"Content-Length": length})


@app.get("/")
def index():
    return "The list is at /members.csv"
