"""A page above the model's endpoints."""

from django.http import HttpResponse


def index(request):
    return HttpResponse("Send 784 numbers to /v1/models/digits:predict.")
