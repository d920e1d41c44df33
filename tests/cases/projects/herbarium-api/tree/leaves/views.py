from pathlib import Path

import numpy as np
from django.http import JsonResponse
from django.views.decorators.http import require_POST
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView
from tensorflow import keras

from .images import to_batch
from .models import Species

WEIGHTS = Path(__file__).resolve().parent / "weights" / "xception_leaves.h5"


class IdentifyView(APIView):
    parser_classes = [MultiPartParser]

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.model = keras.models.load_model(WEIGHTS)

    def post(self, request):
        scores = self.model.predict(to_batch(request.FILES["leaf"]))[0]
        best = np.argsort(scores)[::-1][:3]
        names = {s.index: s.latin for s in Species.objects.filter(index__in=[int(i) for i in best])}
        return Response([{"species": names.get(int(i), "?"), "score": float(scores[i])} for i in best])


@require_POST
def compare(request):
    """How alike are two leaves: cosine of their mean colours."""
    a, b = (to_batch(request.FILES[k], 64).mean(axis=(0, 1, 2)) for k in ("left", "right"))
    cosine = a.dot(b) / (np.linalg.norm(a) * np.linalg.norm(b))
    return JsonResponse({"similarity": cosine, "alike": bool(cosine > 0.9)})


def health(request):
    return JsonResponse({"ok": True})
