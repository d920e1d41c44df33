import joblib
import pandas as pd
from django.http import JsonResponse
from django.shortcuts import render
from sklearn.ensemble import RandomForestClassifier


def home(request):
    return render(request, "lab/home.html")


def train(request):
    data = pd.read_csv("data/transactions.csv")
    forest = RandomForestClassifier(n_estimators=500)
    forest.fit(data.drop(columns="fraud"), data["fraud"])
    joblib.dump(forest, "forest.pkl")
    return JsonResponse({"trained_on": len(data)})


def score(request):
    try:
        forest = joblib.load("forest.pkl")
        row = [[float(request.GET["amount"]), float(request.GET["hour"])]]
        return JsonResponse({"fraud": forest.predict(row).tolist()[0]})
    except Exception as error:
        return JsonResponse({"error": str(error)})
