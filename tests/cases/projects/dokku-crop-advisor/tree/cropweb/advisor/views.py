from django.shortcuts import render
import joblib
import numpy as np

model = joblib.load(r'C:\Users\student\Desktop\Crop\cropweb\advisor\RandomForest.pkl')


def home(request):
    return render(request, 'home.html')


def result(request):
    try:
        values = [float(request.GET[k]) for k in ('N', 'P', 'K', 'temperature', 'humidity', 'ph', 'rainfall')]
        crop = model.predict(np.array([values]))[0]
    except:
        crop = 'Please check your values'
    return render(request, 'result.html', {'crop': crop})
