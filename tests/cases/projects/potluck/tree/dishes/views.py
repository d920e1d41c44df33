from django.shortcuts import render

from .models import Dish


def table(request):
    return render(request, 'dishes/table.html', {'dishes': Dish.objects.all()})
