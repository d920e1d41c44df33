import io
import pickle

import joblib
import numpy as np
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from sklearn.metrics import accuracy_score

from .forms import EntryForm


def read_estimator(upload):
    if upload.name.endswith('.joblib'):
        return joblib.load(upload)
    return pickle.loads(upload.read())


@login_required
def upload(request):
    form = EntryForm(request.POST or None, request.FILES or None)
    score = None
    if request.method == 'POST' and form.is_valid():
        estimator = read_estimator(form.cleaned_data['model'])
        features = np.load(io.BytesIO(form.cleaned_data['features'].read()), allow_pickle=True)
        labels = np.load(form.cleaned_data['labels'])
        score = accuracy_score(labels, estimator.predict(features))
    return render(request, 'bench/upload.html', {'form': form, 'score': score})


@login_required
def compare(request):
    return render(request, 'bench/compare.html')
