import numpy as np
from django.shortcuts import render

from .forms import PlotForm
from .regressor import regressor


def forecast(request):
    form = PlotForm(request.POST or None)
    tonnes = None
    if request.method == 'POST' and form.is_valid():
        row = np.array([list(form.cleaned_data.values())])
        tonnes = round(float(regressor().predict(row)[0]), 2)
    return render(request, 'yields/forecast.html', {'form': form, 'tonnes': tonnes})
