from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from .models import Parcel


def healthz(request):
    return HttpResponse('ok')


def parcel(request, code):
    return JsonResponse({'code': code, 'seen_in': get_object_or_404(Parcel, code=code).seen_in})
