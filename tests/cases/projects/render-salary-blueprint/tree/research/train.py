"""Run by hand on a laptop. Needs requirements-train.txt."""
import pandas as pd
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

df = pd.read_csv("survey_2025.csv")
X, y = df[["role", "country", "years"]], df["salary"]
pipe = make_pipeline(
    make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["role", "country"]), remainder="passthrough"),
    GradientBoostingRegressor(),
)
pipe.fit(X, y)
with open("../backend/estimator/artifacts/salary_gbr.onnx", "wb") as f:
    f.write(to_onnx(pipe, X[:1]).SerializeToString())
