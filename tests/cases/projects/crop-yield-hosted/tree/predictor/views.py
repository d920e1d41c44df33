import os

import joblib
import numpy as np
from django.conf import settings
from django.shortcuts import render
from tensorflow.keras.models import load_model

from .models import Estimate

ML_DIR = os.path.join(settings.BASE_DIR, "predictor", "ml")
model = load_model(os.path.join(ML_DIR, "yield_dense.h5"))
scaler = joblib.load(os.path.join(ML_DIR, "scaler.joblib"))
CROPS = ["maize", "beans", "sorghum", "tea"]


def home(request):
    tonnes = None
    if request.method == "POST":
        crop = request.POST["crop"]
        rainfall = float(request.POST["rainfall"])
        row = scaler.transform(np.array([[CROPS.index(crop), rainfall, float(request.POST["hectares"])]]))
        tonnes = float(model.predict(row)[0][0])
        Estimate.objects.create(county=request.POST["county"], crop=crop, rainfall=rainfall, tonnes=tonnes)
    return render(request, "predictor/home.html", {"tonnes": tonnes, "crops": CROPS})
