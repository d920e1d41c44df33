from django.shortcuts import render

from .forms import PhotoForm
from .models import Receipt
from .reader import read


def upload(request):
    form, receipt = PhotoForm(request.POST or None, request.FILES or None), None
    if request.method == 'POST' and form.is_valid():
        photo = form.cleaned_data['photo']
        try:
            kind, text = read(photo.read())
        except ValueError:
            form.add_error('photo', 'This picture cannot be read.')
            return render(request, 'extract/upload.html', {'form': form}, status=422)
        photo.seek(0)
        receipt = Receipt.objects.create(photo=photo, kind=kind, text=text)
    return render(request, 'extract/upload.html', {'form': form, 'receipt': receipt})
