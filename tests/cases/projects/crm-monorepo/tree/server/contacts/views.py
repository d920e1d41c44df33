from django.contrib.auth.decorators import login_required
from django.http import JsonResponse

from .models import Contact


@login_required(login_url="/admin/login/")
def contacts(request):
    return JsonResponse({"contacts": list(Contact.objects.values("name", "phone"))})
