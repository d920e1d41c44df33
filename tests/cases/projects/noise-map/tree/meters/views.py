from django.http import JsonResponse

from .models import Reading


def latest(request):
    return JsonResponse({'readings': list(Reading.objects.values('street', 'decibel')[:100])})
