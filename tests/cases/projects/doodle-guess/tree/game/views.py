import json
import os
from functools import lru_cache
from pathlib import Path

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

THINGS = ['sun', 'house']


@lru_cache(maxsize=1)
def network():
    # TensorFlow takes ten seconds to import, so only when somebody draws
    from tensorflow import keras
    return keras.models.load_model(Path(__file__).with_name('doodles.keras'))


def board(request):
    return render(request, 'game/board.html')


@csrf_exempt
def guess(request):
    strokes = json.loads(request.body)['strokes'][:12]
    strokes += [0.0] * (12 - len(strokes))
    import numpy as np
    p = float(network()(np.array([strokes], 'float32'))[0][0])
    return JsonResponse({'guess': THINGS[p > 0.5], 'p': p})
