from django.http import JsonResponse

from .models import Recipe


def recipes(request):
    return JsonResponse({"recipes": list(Recipe.objects.values("title", "steps"))})
