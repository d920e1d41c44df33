from django.shortcuts import redirect, render

from .models import Meal
from .recognise import recognise


def upload(request):
    if request.method == "POST" and request.FILES.get("photo"):
        meal = Meal(photo=request.FILES["photo"])
        meal.label, meal.kcal = recognise(meal.photo)
        meal.save()
        return redirect("history")
    return render(request, "meals/upload.html")


def history(request):
    return render(request, "meals/history.html", {"meals": Meal.objects.order_by("-created")[:50]})
