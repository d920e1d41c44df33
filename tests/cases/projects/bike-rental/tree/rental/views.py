from django.http import JsonResponse
from django.utils import timezone

from .models import Bike


def free(request):
    today = timezone.localdate()
    bikes = Bike.objects.exclude(rented_until__gte=today)
    return JsonResponse({'free': list(bikes.values_list('frame_no', flat=True))})
