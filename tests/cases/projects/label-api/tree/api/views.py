import json

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from .network import scores

SIZE = 4


@require_GET
def healthz(request):
    return HttpResponse("ok")


@require_POST
def label(request):
    try:
        features = [float(value) for value in json.loads(request.body)["features"]]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "features: numbers, please"}, status=400)
    if len(features) != SIZE:
        return JsonResponse({"error": f"features: {SIZE} numbers, please"}, status=400)
    return JsonResponse({"scores": scores(features)})
