"""Slugs made by hand: a web process of the standard library, which does what a test asks of it."""

import io
import tarfile
from pathlib import Path

SERVER = """
import os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

def answer(handler):
    return b"hello"

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = answer(self)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts):
        pass

def serve(port=None, host=""):
    ThreadingHTTPServer((host, port or int(os.environ["PORT"])), Handler).serve_forever()
"""
PROCFILE = "web: python3 app.py\n"


def slug(folder: Path, code: str = "serve()", procfile: str = PROCFILE, **files: str) -> Path:
    """Write a slug whose app is ``SERVER`` and the code after it, and the same as a project."""
    contents = {"app.py": f"{SERVER}\n{code}\n", "Procfile": procfile, **files}
    project = folder / "project"
    project.mkdir()
    path = folder / "slug.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in contents.items():
            (project / name).write_text(text)
            entry = tarfile.TarInfo(f"./app/{name}")
            entry.size = len(text.encode())
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path
