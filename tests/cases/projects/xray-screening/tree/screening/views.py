from pathlib import Path

import numpy as np
import tensorflow as tf
from django.shortcuts import redirect, render
from PIL import Image

from .models import Scan

FINDINGS = ['normal', 'pneumonia', 'unclear']
_model = None


def get_model():
    global _model
    if _model is None:
        _model = tf.keras.models.load_model(Path(__file__).parent / 'xray.h5')
    return _model


def scans(request):
    if request.method == 'POST':
        scan = Scan.objects.create(image=request.FILES['image'])
        image = Image.open(scan.image.path).convert('RGB').resize((32, 32))
        scores = get_model().predict(np.asarray(image, dtype='float32')[None] / 255)[0]
        scan.finding = FINDINGS[int(np.argmax(scores))]
        scan.save()
        return redirect('scans')
    return render(request, 'screening/scans.html', {'scans': Scan.objects.order_by('-taken')[:20]})
