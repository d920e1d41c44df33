import re

import pytesseract
from django import forms
from django.shortcuts import render
from PIL import Image

TOTAL = re.compile(r"total\D{0,20}(\d+[.,]\d\d)", re.IGNORECASE)


class InvoiceForm(forms.Form):
    scan = forms.ImageField()


def upload(request):
    form = InvoiceForm(request.POST or None, request.FILES or None)
    total = None
    if form.is_valid():
        text = pytesseract.image_to_string(Image.open(form.cleaned_data["scan"]), timeout=20)
        found = TOTAL.search(text)
        total = found.group(1) if found else "not found"
    return render(request, "ocr/upload.html", {"form": form, "total": total})
