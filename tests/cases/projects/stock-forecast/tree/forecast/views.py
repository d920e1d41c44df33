from django.http import JsonResponse
from django.views.decorators.http import require_GET

from .arima import predict


@require_GET
def forecast(request, symbol):
    try:
        return JsonResponse({"symbol": symbol, "next": predict(symbol)})
    except KeyError:
        return JsonResponse({"error": "unknown symbol"}, status=404)
