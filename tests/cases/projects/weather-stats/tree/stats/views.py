import io

import pandas as pd
import requests
from django.http import HttpResponse

SOURCE = "https://data.example.com/weather/daily.csv"


def index(request):
    return HttpResponse('<a href="/monthly.csv">monthly means</a>')


def monthly(request):
    daily = pd.read_csv(io.StringIO(requests.get(SOURCE).text), parse_dates=["day"], index_col="day")
    return HttpResponse(daily.resample("M").mean().to_csv(), content_type="text/csv")
