import json
from math import exp

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt

WEIGHTS = {"income": -0.00002, "debt": 0.00004, "late_payments": 0.6}


@csrf_exempt
def score(request):
    try:
        row = json.loads(request.body)
        z = sum(weight * float(row[name]) for name, weight in WEIGHTS.items()) - 1
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "bad row"}, status=400)
    return JsonResponse({"default": 1 / (1 + exp(-z))})
