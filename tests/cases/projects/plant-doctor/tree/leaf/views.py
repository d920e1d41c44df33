from django.shortcuts import render
from django.core.files.storage import FileSystemStorage
from tensorflow.keras.models import load_model
from tensorflow.keras.preprocessing import image
import numpy as np

CLASSES = ['Healthy', 'Early blight', 'Late blight']


def index(request):
    return render(request, 'leaf/index.html')


def predict(request):
    f = request.FILES['leaf']
    fs = FileSystemStorage()
    name = fs.save(f.name, f)
    img = image.load_img(fs.path(name), target_size=(32, 32))
    x = image.img_to_array(img) / 255.0
    x = np.expand_dims(x, axis=0)

    model = load_model('models/plant.h5')
    p = model.predict(x)[0]
    return render(request, 'leaf/index.html', {
        'label': CLASSES[int(np.argmax(p))],
        'score': float(np.max(p)),
        'url': fs.url(name),
    })
