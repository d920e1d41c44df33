"""The orchard's pages."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from trees.models import Tree


@csrf_exempt
def index(request):
    if request.method == "POST":
        Tree.objects.create(name=request.body.decode())
    return HttpResponse("\n".join(Tree.objects.values_list("name", flat=True)))
