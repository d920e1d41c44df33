import os
import uuid

import numpy as np
from django.conf import settings
from django.core.files.storage import default_storage
from django.shortcuts import render
from keras.models import load_model
from tensorflow.keras.utils import img_to_array, load_img

LABELS = ['healthy', 'leaf rust', 'mildew', 'blight', 'septoria']


def predict(path):
    model = load_model(os.path.join(settings.BASE_DIR, 'scan', 'rust.keras'))
    image = img_to_array(load_img(path, target_size=(64, 64))) / 255.
    return LABELS[int(np.argmax(model.predict(np.expand_dims(image, 0))))]


def scan(request):
    if request.method == 'POST' and request.FILES.get('leaf'):
        leaf = request.FILES['leaf']
        name = default_storage.save(f'{uuid.uuid4().hex}.jpg', leaf)
        result = predict(default_storage.path(name))
        return render(request, 'scan/scan.html', {'result': result, 'image': default_storage.url(name)})
    return render(request, 'scan/scan.html')
