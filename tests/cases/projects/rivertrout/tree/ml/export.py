"""Run on the workstation: python ml/export.py runs/best.pt"""
import sys

import torch
from torchvision.models import mobilenet_v3_small

net = mobilenet_v3_small(num_classes=23)
net.load_state_dict(torch.load(sys.argv[1], weights_only=True, map_location="cuda"))
net.eval()
torch.onnx.export(net.cpu(), torch.zeros(1, 3, 224, 224), "fish/models/fish23.onnx", input_names=["image"], output_names=["logits"])
