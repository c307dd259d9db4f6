"""Makes small models that say of themselves in unusual places what they compute, and says as JSON what Ultralytics predicts
with them: judge_models.py FOLDER, FOLDER holding picture.png.
"""

import json
import os
import sys

os.environ["YOLO_OFFLINE"] = "1"
os.environ["YOLO_VERBOSE"] = "false"
folder = sys.argv[1]
os.environ["YOLO_CONFIG_DIR"] = folder + "/settings"
import torchvision_ready  # noqa: F401

import torch
from torch import nn
from torch.nn.utils import prune, remove_weight_norm, weight_norm
from ultralytics import YOLO
from ultralytics.nn.modules import Conv
from ultralytics.nn.tasks import DetectionModel

ROW = [-1, 1, "Conv", [16, 3, 2]]
NARROW = {"nc": 2, "depth_multiple": 0.33, "width_multiple": 0.02, "channels": 3}
LEVEL = {**NARROW, "backbone": [ROW] * 3, "head": [[-1, 1, "Conv", [16, 3, 1]], [[3], 1, "Detect", ["nc"]]]}
DEEP = {**NARROW, "backbone": [ROW] * 6, "head": [[-1, 1, "SPPF", [16, 5]], [[2, 3, 4, 6], 1, "Detect", ["nc"]]]}
UP = {
    **NARROW,
    "backbone": [ROW] * 4,
    "head": [
        [-1, 1, "nn.Upsample", ["None", 2, "nearest"]],
        [[-1, 2], 1, "Concat", [1]],
        [-1, 1, "C2f", [16, True]],
        [[6], 1, "Detect", ["nc"]],
    ],
}


def made(table, change=lambda model: None):
    torch.manual_seed(7)
    model = DetectionModel(table, ch=3, nc=2, verbose=False)
    for name, value in model.state_dict().items():
        if name.endswith("running_mean"):
            value.normal_(0, 0.3)
        elif name.endswith("running_var"):
            value.uniform_(0.02, 0.1) if "cv" not in name else value.uniform_(0.5, 2)
        elif name.endswith("bn.weight"):
            value.uniform_(0.6, 1.4)
        elif name.endswith("bias") and "cv3" in name and value.numel() == 2:
            value.uniform_(-1, 0.5)
    model.names = {0: "red", 1: "blue"}
    model.args = {"task": "detect", "imgsz": 96}
    change(model)
    return model.eval()


def modules(model, kind):
    return [m for m in model.modules() if isinstance(m, kind)]


def activate(make):
    def change(model):
        for block in modules(model, Conv):
            block.act = make()
            if hasattr(block, "bn"):
                block.bn.eps = 1e-5
    return change


def on_convolutions(function):
    return lambda model: [function(block.conv) for block in modules(model, Conv)]


def masked(conv):
    prune.l1_unstructured(conv, "weight", 0.4)


variants = {
    "plain": made(LEVEL),
    "leaky": made(LEVEL, activate(lambda: nn.LeakyReLU(0.1))),
    "relu": made(UP, activate(nn.ReLU)),
    "hardswish": made(UP, activate(nn.Hardswish)),
    "identity": made(LEVEL, activate(nn.Identity)),
    "fused": made(UP, lambda model: model.fuse(verbose=False)),
    "levels": made(DEEP),
    "normed": made(LEVEL, on_convolutions(weight_norm)),
    "masked": made(LEVEL, on_convolutions(masked)),
    "range": made(LEVEL),
}
refused = {
    "gelu": made(LEVEL, activate(nn.GELU)),
    "mixed": made(LEVEL, lambda model: setattr(model.model[1], "act", nn.ReLU())),
    "dilated": made(LEVEL, lambda model: [setattr(model.model[3].conv, n, (2, 2)) for n in ("dilation", "padding")]),
    "reflected": made(LEVEL, lambda model: setattr(model.model[3].conv, "padding_mode", "circular")),
    "bilinear": made(UP, lambda model: setattr(model.model[4], "mode", "bilinear")),
    "decoder": made(LEVEL, lambda model: model.model[-1].dfl.conv.weight.data.mul_(2)),
    "dropped": made(LEVEL, lambda model: model.model[3].add_module("extra", nn.Dropout(0.5))),
}
whole = {"normed": remove_weight_norm, "masked": lambda conv: prune.remove(conv, "weight")}
said = {}
for name, model in {**variants, **refused}.items():
    arguments = {"task": "detect", "imgsz": 96, "freeze": range(10) if name == "range" else None}
    path = f"{folder}/{name}.pt"
    torch.save({"model": model, "ema": None, "epoch": -1, "train_args": arguments}, path)
    if name in whole:  # The reference folds BatchNorm into weights, and finds none where they are in parts.
        on_convolutions(whole[name])(model)
        path = f"{folder}/{name}-whole.pt"
        torch.save({"model": model, "ema": None, "epoch": -1, "train_args": arguments}, path)
    if name in variants:
        result = YOLO(path).predict(
            folder + "/picture.png", imgsz=96, conf=0.05, iou=0.6, max_det=20, verbose=False, save=False
        )[0]
        said[name] = [[*map(float, row)] for row in result.boxes.data]
model = made(UP)
state = model.state_dict()
for name, (drop, put) in {
    "doubled": ("", "model."), "parallel": ("", "module.model."), "compiled": ("", "_orig_mod.module."), "list": ("model.", ""),
}.items():
    torch.save({put + k.removeprefix(drop): v for k, v in state.items()}, f"{folder}/{name}.pt")
torch.save({"epoch": 1, "state_dict": {"net.model." + k: v for k, v in state.items()}}, f"{folder}/lightning.pt")
on_convolutions(nn.utils.parametrizations.weight_norm)(model)
torch.save(model.state_dict(), f"{folder}/parametrized.pt")
pruned = {**state, "model.0.conv.weight": state["model.0.conv.weight"][:5]}
torch.save(pruned, f"{folder}/pruned.pt")
with open(folder + "/table.yaml", "w") as file:
    json.dump(UP, file)
print("SAID " + json.dumps({"predictions": said, "tensors": len(state)}))
