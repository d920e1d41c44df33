import os

import torch
from torch import nn
from torchvision import models

MOODS = ["angry", "happy", "neutral", "sad", "surprised"]


def build():
    net = models.resnet18(weights=None)
    net.fc = nn.Linear(net.fc.in_features, len(MOODS))
    path = os.path.join(os.path.dirname(__file__), "weights", "moods.pt")
    net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    net.eval()
    return net
