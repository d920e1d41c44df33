from django.shortcuts import render

ROOMS = ["Antiquity", "Middle Ages", "Today"]


def start(request):
    return render(request, "tour/start.html", {"rooms": ROOMS})
