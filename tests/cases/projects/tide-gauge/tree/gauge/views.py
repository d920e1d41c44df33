import time

from django.http import Http404, HttpResponse, JsonResponse

from .harmonics import CONSTITUENTS, height_m


async def tides(request):
    place = request.GET.get('place', 'brest')
    if place not in CONSTITUENTS:
        raise Http404(place)
    now = time.time() / 3600
    return JsonResponse({'place': place, 'heights': [round(height_m(place, now + h), 2) for h in range(24)]})


async def healthz(request):
    return HttpResponse('ok')
