#!/usr/bin/env python
"""Make, or check, a directory of golden data: inputs and the numbers expected of them.

An oracle: it runs the reference implementation and is used only to regenerate data, never by the product or its tests.

    pip install torch==2.13.0 ultralytics==8.4.190          (CPU is enough; seconds)
    YOLO_OFFLINE=1 python Tests/Golden/generate.py          writes beside this file
    YOLO_OFFLINE=1 python Tests/Golden/generate.py --check DIRECTORY

`--check` computes the expected numbers of an existing directory again from its inputs and prints how far they are off.
"""

import argparse
import functools
import glob
import json
import math
import os
import sys
import tempfile

os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.gettempdir())
sys.dont_write_bytecode = True

import torch  # noqa: E402
import ultralytics  # noqa: E402
from ultralytics.cfg import get_cfg  # noqa: E402
from ultralytics.nn.modules import Conv  # noqa: E402
from ultralytics.nn.tasks import DetectionModel, yaml_model_load  # noqa: E402
from ultralytics.utils.torch_utils import strip_optimizer  # noqa: E402

import expected  # noqa: E402
import inputs  # noqa: E402
import tensorfile  # noqa: E402
from inputs import CLASSES, Draw  # noqa: E402

STEM = "yolov8p-nc5"
SCALE = (0.33, 0.125, 384)

GRADIENTS = (
    "model.0.conv.weight",
    "model.0.bn.weight",
    "model.1.conv.weight",
    "model.1.bn.bias",
    "model.4.m.1.cv2.conv.weight",
    "model.9.cv1.conv.weight",
    "model.9.cv1.bn.weight",
    "model.15.cv2.conv.weight",
    "model.22.cv2.0.2.bias",
    "model.22.cv2.2.2.weight",
    "model.22.cv3.0.2.weight",
    "model.22.cv3.2.2.bias",
)
STATES = (
    "model.0.conv.weight",
    "model.0.bn.weight",
    "model.0.bn.bias",
    "model.0.bn.running_mean",
    "model.0.bn.running_var",
    "model.2.m.0.cv1.conv.weight",
    "model.9.cv2.conv.weight",
    "model.9.cv2.bn.weight",
    "model.16.conv.weight",
    "model.22.cv2.0.2.bias",
    "model.22.cv3.2.2.weight",
)


def measure_statistics(model, draw):
    """Give batch norms the statistics of some images, so that evaluation stays at the scale of training."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    momentum = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train()(draw.images(8, 64, 96))
    for norm, usual in zip(norms, momentum):
        norm.momentum = usual
        norm.num_batches_tracked.zero_()


def build_model():
    """The YOLOv8 table at a scale below n, its values far enough from zero, one and each other to tell errors.

    Large convolution weights under batch norm keep training steps smooth: rounding grows less from step to step.
    """
    torch.manual_seed(20260421)
    table = yaml_model_load("yolov8n.yaml")
    table |= {"scales": {"p": list(SCALE), **table["scales"]}, "scale": "p", "yaml_file": "yolov8p.yaml"}
    model, draw = DetectionModel(table, ch=3, nc=len(CLASSES), verbose=False), Draw("model")
    normalised = [module for module in model.modules() if isinstance(module, Conv)]
    for module in normalised:
        module.conv.weight.data *= 8
        module.bn.weight.data = draw.uniform(module.bn.num_features, low=0.7, high=1.3)
        module.bn.bias.data = draw.normal(module.bn.num_features, std=0.2)
    measure_statistics(model, draw)
    for module in normalised:
        module.bn.running_mean += draw.normal(module.bn.num_features, std=0.2) * module.bn.running_var.sqrt()
        module.bn.running_var *= draw.uniform(module.bn.num_features, low=0.7, high=1.4)
    for box, score, nearness in zip(model.model[-1].cv2, model.model[-1].cv3, (0.3, 0.6, 0.9)):
        near = -nearness * torch.arange(16.0).repeat(4)
        box[-1].bias.data = near + draw.normal(64, std=0.5)
        score[-1].bias.data = draw.uniform(len(CLASSES), low=-4, high=-1)
    model.nc, model.names, model.args = len(CLASSES), dict(enumerate(CLASSES)), get_cfg()
    return model


def save_model(directory):
    """Save as training does (moving average only), strip as the end of training does, and describe the state."""
    path = f"{directory}/{STEM}.pt"
    with tempfile.TemporaryDirectory() as scratch:
        training = f"{scratch}/last.pt"
        options = {"task": "detect", "mode": "train", "model": "yolov8p.yaml", "imgsz": 64}
        model = {"model": None, "ema": build_model(), "updates": 1, "optimizer": None}
        results = {"train_args": options, "train_metrics": {"fitness": 0.5}, "train_results": {}}
        torch.save({"epoch": 0, "best_fitness": 0.5, **model, **results}, training)
        strip_optimizer(training, path, {"date": "2026-01-01T00:00:00"})
    state = torch.load(path, map_location="cpu", weights_only=False)["model"].state_dict()
    described = {}
    for name, value in state.items():
        value = value.double()
        described[name] = [list(value.shape), float(value.mean()), float(value.norm())]
    with open(f"{directory}/{STEM}.state.json", "w") as file:
        json.dump(described, file, indent=0)
    return path


def jobs():
    """File name, how its inputs are drawn and how its expected numbers are computed."""
    listed = [("forward", inputs.draw_image, expected.forward)]
    losses = {
        "plain": ((64, 96), (3, 2)),
        "one_empty": ((96, 32), (3, 0, 2)),
        "all_empty": ((32, 64), (0, 0)),
        "crowded": ((64, 64), (21, 28)),
    }
    for kind, (size, counts) in losses.items():
        draw = functools.partial(inputs.draw_loss, kind, size, counts)
        listed.append((f"detection_loss.{kind}", draw, expected.detection_loss))
    for kind in ("SGD", "AdamW"):
        steps = functools.partial(expected.train_steps, kind=kind, names=STATES)
        listed.append((f"train_steps.{kind}", inputs.draw_steps, steps))
    return listed + [
        ("backward", inputs.draw_batch, functools.partial(expected.backward, names=GRADIENTS)),
        ("distill.topk_response", inputs.draw_response, expected.topk_response),
        ("distill.features", inputs.draw_features, expected.features),
        ("distill.classification", inputs.draw_classification, expected.classification),
        ("nms", inputs.draw_nms, expected.nms),
        ("average_precision", inputs.draw_average_precision, expected.average_precision),
    ]


def generate(directory):
    path, manifest = save_model(directory), {}
    for name, draw, compute in jobs():
        given, notes = draw()
        tensors, found = compute(given, notes, path)
        tensors = given | tensors
        tensorfile.write(f"{directory}/{name}.safetensors", tensors)
        manifest[name] = {"notes": {**found, **notes}, "tensors": tensorfile.describe(tensors)}
    with open(f"{directory}/manifest.json", "w") as file:
        json.dump(manifest, file, indent=1)


def difference(found, wanted):
    """Largest absolute difference and norm of the difference relative to the norm wanted."""
    if list(found.shape) != list(wanted.shape):
        return math.inf, math.inf
    found, wanted = found.detach().double(), wanted.double()
    gap, size = found - wanted, wanted.norm()
    largest = float(gap.abs().max()) if gap.numel() else 0.0
    return largest, float(gap.norm() / size) if size else largest


def numbers(note):
    """The numbers of a note in order, names and texts left out."""
    if isinstance(note, dict):
        note = list(note.values())
    if isinstance(note, list):
        return [number for item in note for number in numbers(item)]
    return [] if isinstance(note, str) else [float(note)]


def check(directory):
    """Compute everything in a directory of the same form again and print the differences."""
    (path,) = glob.glob(f"{directory}/*.pt")
    with open(f"{directory}/manifest.json") as file:
        manifest = json.load(file)
    for name, _, compute in jobs():
        stored, notes = tensorfile.read(f"{directory}/{name}.safetensors"), manifest[name]["notes"]
        if name == "backward" or name.startswith("train_steps"):
            prefix = "grad." if name == "backward" else "after."
            recorded = [entry.removeprefix(prefix) for entry in stored if entry.startswith(prefix)]
            compute = functools.partial(compute, names=recorded)
        tensors, found = compute(stored, notes, path)
        missing = [entry for entry in tensors if entry not in stored]
        compared = {entry: difference(tensors[entry], stored[entry]) for entry in tensors if entry in stored}
        for key, note in found.items():
            compared[f"notes.{key}"] = difference(*(torch.tensor(numbers(n)) for n in (note, notes[key])))
        worst = max(compared, key=lambda entry: compared[entry][1])
        largest = max(gap for gap, _ in compared.values())
        print(f"{name:26} {len(compared):3} compared: difference <= {largest:.1e}, "
              f"relative norm <= {compared[worst][1]:.1e} ({worst})", *([f"missing {missing}"] if missing else []))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", metavar="DIRECTORY", help="compare an existing directory instead of writing")
    parser.add_argument("--output", metavar="DIRECTORY", default=os.path.dirname(os.path.abspath(__file__)))
    arguments = parser.parse_args()
    if (ultralytics.__version__, torch.__version__.split("+")[0]) != ("8.4.190", "2.13.0"):
        sys.exit("needs ultralytics 8.4.190 and torch 2.13.0")
    torch.set_num_threads(1)
    if arguments.check:
        check(arguments.check)
    else:
        generate(arguments.output)


if __name__ == "__main__":
    main()
