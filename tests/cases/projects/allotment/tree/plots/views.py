from django.http import HttpResponse
from django.views.decorators.http import require_safe

from .models import Plot


@require_safe
def free(request):
    return HttpResponse(f"{Plot.objects.filter(tenant=str()).count()} plots are free")
