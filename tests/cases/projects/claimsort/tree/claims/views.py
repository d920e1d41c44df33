import json

import requests
from claims_schema import validate
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from .models import Claim
from .tasks import route_claim


@csrf_exempt
@require_POST
def receive(request):
    payload = validate(json.loads(request.body))
    claim = Claim.objects.create(number=payload["number"], payload=payload)
    route_claim.delay(claim.pk)
    if settings.PARTNER_WEBHOOK:
        requests.post(settings.PARTNER_WEBHOOK, json={"number": claim.number, "state": "received"})
    return JsonResponse({"id": claim.pk}, status=202)


@login_required
@require_GET
def state(request, number):
    claim = Claim.objects.get(number=number)
    return JsonResponse({"number": claim.number, "desk": claim.desk or None})
