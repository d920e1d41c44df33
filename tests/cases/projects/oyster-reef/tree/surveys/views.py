from django.http import JsonResponse

from .models import Survey


def latest(request):
    rows = Survey.objects.order_by('-counted_on').values('site', 'counted_on', 'oysters')[:50]
    return JsonResponse({'surveys': list(rows)})
