import json
import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

_lock = threading.Lock()
_interpreter = None


def interpreter():
    global _interpreter
    if _interpreter is None:
        _interpreter = Interpreter(str(settings.BASE_DIR / 'canvas' / 'dense.tflite'))
        _interpreter.allocate_tensors()
    return _interpreter


def draw(request):
    return render(request, 'canvas/draw.html')


@require_POST
def guess(request):
    try:
        pixels = np.asarray(json.loads(request.body)['pixels'], dtype=np.float32)
    except (KeyError, ValueError):
        return JsonResponse({'error': 'pixels?'}, status=400)
    with _lock:
        model = interpreter()
        inp = model.get_input_details()[0]
        if pixels.size != inp['shape'][-1]:
            return JsonResponse({'error': 'size?'}, status=400)
        model.set_tensor(inp['index'], pixels.reshape(inp['shape']))
        model.invoke()
        out = model.get_tensor(model.get_output_details()[0]['index'])[0].tolist()
    return JsonResponse({'digit': int(np.argmax(out)), 'scores': out})
