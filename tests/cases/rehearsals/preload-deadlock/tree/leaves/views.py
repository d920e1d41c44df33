"""Pages that tell leaves apart."""

import numpy as np
from django.http import HttpResponse, JsonResponse

from leaves import kinds


def index(request):
    return HttpResponse("The leaf of the day is at /today/.")


def today(request):
    picture = np.ones(kinds.SHAPE, np.float32)
    return JsonResponse({"kind": kinds.kind_of(picture)})
