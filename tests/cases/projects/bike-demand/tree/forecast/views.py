import logging

from django.apps import apps
from django.http import HttpResponseBadRequest, JsonResponse

log = logging.getLogger(__name__)


def demand(request):
    try:
        row = [float(request.GET[k]) for k in ("hour", "temp", "rain", "holiday")]
    except (KeyError, ValueError):
        return HttpResponseBadRequest("hour, temp, rain and holiday are numbers")
    bikes = float(apps.get_app_config("forecast").regressor.predict([row])[0])
    log.info("forecast %s -> %.1f", row, bikes)
    return JsonResponse({"bikes": round(bikes, 1)})
