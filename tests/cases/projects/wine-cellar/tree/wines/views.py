from django.shortcuts import render

from .forms import WineForm
from .predictor import is_good


def quality(request):
    form = WineForm(request.POST or None)
    good = None
    if form.is_valid():
        good = is_good([form.cleaned_data[k] for k in ('alcohol', 'sulphates', 'acidity', 'sugar')])
    return render(request, 'wines/quality.html', {'form': form, 'good': good})
