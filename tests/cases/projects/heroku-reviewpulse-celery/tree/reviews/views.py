from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from .nlp import sentiment
from .tasks import score_all


def page(request):
    return render(request, "reviews/page.html")


@require_POST
def score(request):
    scores = sentiment(request.POST.get("text", ""))
    return JsonResponse({"positive": scores[1], "label": scores.argmax()})


@require_POST
def batch(request):
    score_all.delay()
    return JsonResponse({"queued": True})
