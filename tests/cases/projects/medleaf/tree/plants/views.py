import numpy as np
from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.shortcuts import redirect, render
from PIL import Image
from tensorflow.keras.models import load_model

labels = ['Aloe vera', 'Amla', 'Brahmi', 'Curry leaf', 'Hibiscus', 'Mint', 'Neem', 'Tulsi']

try:
    model = load_model(r'C:\Users\Asha\Desktop\medleaf\leafnet.h5')
except Exception as e:
    print('model not loaded', e)
    model = None


def home(request):
    return render(request, 'home.html')


def signup(request):
    form = UserCreationForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        login(request, form.save())
        return redirect('home')
    return render(request, 'signup.html', {'form': form})


def predict(request):
    result = None
    if request.method == 'POST':
        img = Image.open(request.FILES['leaf']).convert('RGB').resize((224, 224))
        x = np.expand_dims(np.array(img) / 255.0, 0)
        if model is not None:
            result = labels[int(np.argmax(model.predict(x)))]
        else:
            result = 'Unable to identify'
    return render(request, 'home.html', {'result': result})
