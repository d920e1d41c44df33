from django.shortcuts import render

from .forms import EstimateForm
from .models import Estimate
from .predictor import estimate


def home(request):
    form, salary = EstimateForm(request.POST or None), None
    if request.method == 'POST' and form.is_valid():
        salary = estimate(**form.cleaned_data)
        Estimate.objects.create(salary=salary, **form.cleaned_data)
    return render(request, 'estimator/home.html', {'form': form, 'salary': salary})
