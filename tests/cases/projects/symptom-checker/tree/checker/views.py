import pickle
from functools import lru_cache
from pathlib import Path

from django.http import HttpResponseBadRequest
from django.shortcuts import render

MODELS = Path(__file__).resolve().parent / 'models'


@lru_cache
def load(name):
    with open(MODELS / name, 'rb') as f:
        return pickle.load(f)


def values(request):
    return [[float(request.POST[f'x{i}']) for i in range(4)]]


def index(request):
    return render(request, 'checker/index.html')


def diabetes(request):
    if request.method != 'POST':
        return render(request, 'checker/form.html', {'disease': 'diabetes'})
    try:
        row = values(request)
    except (KeyError, ValueError):
        return HttpResponseBadRequest('four numbers, please')
    risk = load('diabetes.pkl').predict_proba(row)[0][1]
    return render(request, 'checker/result.html', {'disease': 'diabetes', 'risk': round(100 * risk)})


def heart(request):
    if request.method != 'POST':
        return render(request, 'checker/form.html', {'disease': 'heart disease'})
    try:
        row = values(request)
    except (KeyError, ValueError):
        return HttpResponseBadRequest('four numbers, please')
    risk = load('diabetes.pkl').predict_proba(row)[0][1]
    return render(request, 'checker/result.html', {'disease': 'heart disease', 'risk': round(100 * risk)})


def kidney(request):
    if request.method != 'POST':
        return render(request, 'checker/form.html', {'disease': 'kidney disease'})
    try:
        row = values(request)
    except (KeyError, ValueError):
        return HttpResponseBadRequest('four numbers, please')
    risk = load('kidney.pkl').predict_proba(row)[0][1]
    return render(request, 'checker/result.html', {'disease': 'kidney disease', 'risk': round(100 * risk)})
