from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render

from .models import Guest


def guest_list(request):
    return render(request, 'guests/list.html', {'guests': Guest.objects.all()})


def coming(request, pk):
    guest = get_object_or_404(Guest, pk=pk)
    guest.coming = True
    guest.save()
    if request.is_ajax():
        return JsonResponse({'ok': True})
    return guest_list(request)
