from pathlib import Path

import numpy as np
import xgboost as xgb
from rest_framework.response import Response
from rest_framework.views import APIView

FEATURES = ["months", "tickets", "logins", "spend"]


class ScoreView(APIView):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.booster = xgb.Booster()
        self.booster.load_model(Path(__file__).parent / "model" / "churn.ubj")

    def post(self, request):
        row = np.array([[float(request.data[name]) for name in FEATURES]])
        probability = float(self.booster.predict(xgb.DMatrix(row, feature_names=FEATURES))[0])
        return Response({"churn": probability})
