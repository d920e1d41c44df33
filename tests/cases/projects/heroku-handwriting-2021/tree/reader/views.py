import os
import string

import numpy as np
from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from tensorflow.keras.models import load_model
from tensorflow.keras.preprocessing.image import img_to_array, load_img

from .forms import LetterForm
from .models import Letter

WEIGHTS = os.path.join(settings.BASE_DIR, 'reader', 'weights', 'emnist_cnn.h5')


def upload(request):
    form = LetterForm(request.POST or None, request.FILES or None)
    if request.method == 'POST' and form.is_valid():
        obj = form.save()
        model = load_model(WEIGHTS)
        img = load_img(obj.image.path, color_mode='grayscale', target_size=(28, 28))
        x = np.expand_dims(img_to_array(img) / 255.0, axis=0)
        obj.guess = string.ascii_uppercase[int(np.argmax(model.predict(x)[0]))]
        obj.save()
        return redirect('letter', pk=obj.pk)
    return render(request, 'reader/upload.html', {'form': form})


def letter(request, pk):
    return render(request, 'reader/letter.html', {'letter': get_object_or_404(Letter, pk=pk)})
