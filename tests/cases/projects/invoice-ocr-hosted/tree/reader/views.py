from django.shortcuts import render

from . import donut
from .models import Invoice


def read(request):
    invoice = None
    if request.method == "POST":
        raw = donut.extract(request.FILES["scan"])
        total = raw.get("total") or {}
        invoice = Invoice.objects.create(raw=raw, total=str(total.get("total_price", ""))[:32])
    return render(request, "reader/read.html", {"invoice": invoice})
