import json
import os

import numpy as np
import pandas as pd
import tensorflow as tf
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt


def index(request):
    return render(request, 'predictor/index.html')


@csrf_exempt
def predict(request):
    try:
        # Load the model only once.
        if not hasattr(predict, 'model'):
            path = os.path.join(settings.BASE_DIR, 'model', 'digits.keras')
            predict.model = tf.keras.models.load_model(path)
        data = json.loads(request.body)
        image = np.array(data['instances'], dtype='float32')
        scores = pd.DataFrame(predict.model.predict(image))
        return HttpResponse(str(scores.idxmax(axis=1)[0]))
    except Exception as e:
        return HttpResponse(f'Error: {e}')
