import cv2
import numpy as np
from django.shortcuts import render
from tensorflow.keras.models import load_model

from .forms import SampleForm

VARIETIES = ['HD-2967', 'HD-3086', 'PBW-343', 'Sharbati']

model = load_model('classify/model/wheat_v2.h5')


def index(request):
    form = SampleForm(request.POST or None, request.FILES or None)
    sample = None
    if request.method == 'POST' and form.is_valid():
        sample = form.save()
        img = cv2.imread(sample.image.path)
        img = cv2.resize(img, (150, 150)) / 255.0
        pred = model.predict(np.expand_dims(img, axis=0))
        sample.variety = VARIETIES[int(np.argmax(pred[0]))]
        sample.save()
    return render(request, 'classify/index.html', {'form': form, 'sample': sample})
