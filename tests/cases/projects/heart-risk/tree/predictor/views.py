import pickle
import os

import pandas as pd
from django.http import HttpResponse
from django.shortcuts import render

BASE = os.path.dirname(os.path.abspath(__file__))
model = pickle.load(open(os.path.join(BASE, 'heart.pkl'), 'rb'))

# kolejność kolumn musi być taka jak przy uczeniu
COLUMNS = ['age', 'chol', 'thalach']


def home(request):
    return render(request, 'predictor/home.html', {'columns': COLUMNS})


def result(request):
    try:
        row = pd.DataFrame([[float(request.GET[c]) for c in COLUMNS]], columns=COLUMNS)
        risk = model.predict_proba(row)[0][1]
        return HttpResponse('Risk: %.0f %%' % (100 * risk))
    except:
        return HttpResponse('Something went wrong, please try again')
