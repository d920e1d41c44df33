"""python train/train_heart.py heart.csv"""
import pathlib
import pickle
import sys

import pandas as pd
from sklearn.tree import DecisionTreeClassifier

frame = pd.read_csv(sys.argv[1])
model = DecisionTreeClassifier(max_depth=3).fit(frame.drop(columns='target').values, frame['target'])
out = pathlib.Path(__file__).parents[1] / 'checker' / 'models' / 'heart.pkl'
out.write_bytes(pickle.dumps(model))
