"""How many bikes stand at a station."""

from flask import Flask, jsonify

from forecast import Forecast

app = Flask(__name__)
FORECAST = Forecast.load()


@app.get("/")
def stations():
    return jsonify(bikes=FORECAST.bikes(12))
