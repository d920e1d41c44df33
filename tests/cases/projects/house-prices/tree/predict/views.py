from django.shortcuts import render
import pandas as pd
import joblib

# Create your views here.
FEATURES = ['OverallQual', 'GrLivArea', 'GarageCars', 'YearBuilt']

def index(request):
    price = None
    if request.method == 'POST':
        model = joblib.load('notebooks/model.joblib')
        df = pd.DataFrame([[float(request.POST.get(f, 0)) for f in FEATURES]])
        price = round(float(model.predict(df.values)[0]), 2)
    return render(request, 'predict/index.html', {'price': price, 'features': FEATURES})
