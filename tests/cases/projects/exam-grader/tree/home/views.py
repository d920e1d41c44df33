from django.shortcuts import render
from django.conf import settings
from .models import Prediction
import os
import random
import joblib
import numpy as np

GRADES = ['F', 'A']

try:
    model = joblib.load(os.path.join(settings.BASE_DIR, 'home', 'ml', 'grade_model.joblib'))
    print('Model loaded successfully!')
except:
    model = None
    print('Model not found, using random predictions')

# Create your views here.
def home(request):
    return render(request, 'home.html')


def result(request):
    if request.method == 'POST':
        try:
            name = request.POST['name']
            hours = float(request.POST['hours'])
            absences = float(request.POST['absences'])
            previous = float(request.POST['previous'])
            sleep = float(request.POST['sleep'])
            if model is not None:
                grade = GRADES[int(model.predict(np.array([[hours, absences, previous, sleep]]))[0])]
            else:
                grade = random.choice(GRADES)
            Prediction.objects.create(student=name, grade=grade)
        except Exception as e:
            return render(request, 'home.html', {'error': e})
        return render(request, 'result.html', {'name': name, 'grade': grade})
    return render(request, 'home.html')


def history(request):
    try:
        rows = Prediction.objects.all().order_by('-created')[:20]
    except:
        pass
    return render(request, 'history.html', {'rows': rows})
