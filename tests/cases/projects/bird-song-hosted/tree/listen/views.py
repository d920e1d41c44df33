import numpy as np
from django.shortcuts import render

from .birds import NAMES
from .brain import model
from .spectro import spectrogram


def identify(request):
    guesses = []
    if request.method == "POST":
        scores = np.asarray(model()(spectrogram(request.FILES["clip"]), training=False))[0]
        guesses = [(NAMES[i], round(float(scores[i]) * 100)) for i in scores.argsort()[::-1][:3]]
    return render(request, "listen/identify.html", {"guesses": guesses})
