"""Import this before torchvision or ultralytics in a script that judges our files.

Wheels of torchvision have native operators for the torch that they were built beside; where that was built for another
kind of machine, they do not load, and torchvision cannot be imported. It then gets the one operator that detectors need
from here.
"""

import sys

import numpy as np
import torch


def suppress(boxes, scores, threshold):
    """Non-maximum suppression as torchvision defines it: numbers of the kept boxes (n, 4), best first."""
    corners = boxes.detach().double().numpy()
    order = np.argsort(-scores.detach().double().numpy(), kind="stable")
    area = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        low, high = np.maximum(corners[best, :2], corners[rest, :2]), np.minimum(corners[best, 2:], corners[rest, 2:])
        shared = (high - low).clip(0).prod(axis=1)
        order = rest[shared <= threshold * (area[best] + area[rest] - shared)]
    return torch.tensor(np.array(kept, dtype=np.int64))


try:
    import torchvision
except RuntimeError:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")  # Goes with its owner.
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", suppress, "CPU")
    import torchvision

    torchvision.extension._has_ops = lambda: True
    torchvision.extension._assert_has_ops = lambda: None
    torchvision.ops.boxes._assert_has_ops = lambda: None
