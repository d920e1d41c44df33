from django.http import JsonResponse

from .models import Seed


def seeds(request):
    return JsonResponse({'seeds': list(Seed.objects.values('name', 'harvested', 'grams'))})
