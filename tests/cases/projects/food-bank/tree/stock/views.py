from django.db.models import Sum
from django.http import JsonResponse

from .models import Item


def total(request):
    kilos = Item.objects.aggregate(total=Sum("kilos"))["total"] or 0
    return JsonResponse({"kilos": float(kilos)})
