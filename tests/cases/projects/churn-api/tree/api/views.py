from functools import lru_cache
from pathlib import Path

import joblib
import pandas as pd
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

MODEL = Path(__file__).resolve().parent / "model" / "churn.joblib"


@lru_cache(maxsize=1)
def pipeline():
    return joblib.load(MODEL)


class Customer(serializers.Serializer):
    tenure = serializers.IntegerField(min_value=0)
    monthly = serializers.FloatField()
    contract = serializers.ChoiceField(["month", "year"])


class Health(APIView):
    authentication_classes = []

    def get(self, request):
        return Response({"ok": True})


class Score(APIView):
    authentication_classes = []

    def post(self, request):
        customer = Customer(data=request.data)
        customer.is_valid(raise_exception=True)
        data = customer.validated_data
        frame = pd.DataFrame([{
            "tenure": data["tenure"],
            "monthly": data["monthly"],
            "year": int(data["contract"] == "year"),
        }])
        return Response({"churn": float(pipeline().predict_proba(frame)[0, 1])})
