"""Says as JSON how far ONNX Runtime with our graphs is from PyTorch with the models they come from: judge_graphs.py FOLDER
NAME… compares NAME.pt with copies/NAME-12.onnx and copies/NAME-18.onnx, whose input is 96 x 96.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import torch

folder, names = sys.argv[1], sys.argv[2:]
image = np.random.default_rng(1).random((1, 3, 96, 96), dtype=np.float32)
worst = {}
for name in names:
    model = torch.load(f"{folder}/{name}.pt", weights_only=False)["model"].float().eval()
    with torch.no_grad():
        expected = model(torch.tensor(image))[0].numpy()
    for opset in 12, 18:
        path = f"{folder}/copies/{name}-{opset}.onnx"
        onnx.checker.check_model(onnx.load(path), full_check=True)
        found = onnxruntime.InferenceSession(path).run(None, {"images": image})[0]
        worst[f"{name}-{opset}"] = [
            float(abs(found[:, rows] - expected[:, rows]).max()) for rows in (slice(0, 4), slice(4, None))
        ]
print("SAID " + json.dumps(worst))
