import numpy as np
from django.shortcuts import render
from PIL import Image

from .apps import DetectorConfig

LABELS = ('benign', 'malignant', 'unclear')


def upload(request):
    context = {}
    if request.method == 'POST':
        picture = Image.open(request.FILES['picture']).convert('RGB').resize((32, 32))
        x = np.asarray(picture, dtype='float32')[None] / 255
        y = DetectorConfig.model.predict(x)[0]
        context['result'] = LABELS[int(y.argmax())]
    return render(request, 'upload.html', context)
