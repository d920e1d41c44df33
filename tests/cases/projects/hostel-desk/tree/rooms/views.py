from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from .forms import GuestForm
from .models import Guest


@login_required(login_url='/admin/login/')
def guests(request):
    form = GuestForm(request.POST or None, request.FILES or None)
    if request.method == 'POST' and form.is_valid():
        form.save()
        return redirect('guests')
    return render(request, 'rooms/guests.html', {'form': form, 'guests': Guest.objects.order_by('-arrived')[:50]})
