import os

import joblib
import pandas as pd
from django.conf import settings
from django.shortcuts import render

from .models import Estimate

pipeline = joblib.load(os.path.join(settings.BASE_DIR, "estimator", "ml", "rent_pipeline.joblib"))


def form(request):
    return render(request, "estimator/form.html")


def estimate(request):
    district = request.POST["district"]
    metres = float(request.POST["metres"])
    rent = float(pipeline.predict(pd.DataFrame([{"district": district, "metres": metres}]))[0])
    Estimate.objects.create(district=district, square_metres=metres, rent=rent)
    return render(request, "estimator/form.html", {"rent": round(rent)})
