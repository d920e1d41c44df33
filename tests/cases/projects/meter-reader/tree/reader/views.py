import httpx
from django.http import JsonResponse

URL = "https://meters.example.com/api/latest"


def latest(request):
    try:
        answer = httpx.get(URL, timeout=5)
        answer.raise_for_status()
    except httpx.HTTPError:
        return JsonResponse({"error": "the meter does not answer"}, status=502)
    return JsonResponse(answer.json())
