import os

from flask import Flask, jsonify, render_template, request

from .index import search


def create_app():
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY")

    @app.get("/")
    def home():
        return render_template("home.html")

    @app.get("/search")
    def find():
        words = request.args.get("q", "").split()
        if not words:
            return jsonify(error="q is empty"), 400
        return jsonify(hits=search(words))

    return app
