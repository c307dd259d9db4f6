"""Says as JSON what Ultralytics, ONNX and safetensors make of our files: judge_formats.py FOLDER, whose files a test made.

FOLDER: scenes/, model.pt, model.safetensors, and graphs plain.onnx (dynamic), still.onnx (192) and nms.onnx (192, conf 0.25),
the first and the last with operators 12, too.
"""

import ast
import glob
import itertools
import json
import os
import sys

os.environ["YOLO_OFFLINE"] = "1"
os.environ["YOLO_VERBOSE"] = "false"
folder = sys.argv[1]
os.environ["YOLO_CONFIG_DIR"] = folder + "/settings"

import torchvision_ready  # Before what imports torchvision.
import cv2
import numpy as np
import torch
import ultralytics
from ultralytics import YOLO

data, size = folder + "/scenes/distillation_data.yaml", 192
said = {"versions": {"ultralytics": ultralytics.__version__, "torch": torch.__version__}}
quiet = dict(imgsz=size, verbose=False, plots=False, workers=0, project=folder + "/peer")


def measured(path):
    box = YOLO(path, task="detect").val(data=data, batch=8 if path.endswith("pt") else 1, **quiet).box
    return [float(box.map50), float(box.map)]


model = YOLO(folder + "/model.pt")
said["names"] = list(model.names.values())
said["map"] = measured(folder + "/model.pt")
net = model.model.float().eval()
state = {name: value.clone() for name, value in net.state_dict().items()}
files = sorted(glob.glob(folder + "/scenes/val/images/*"))[:8]
pictures = [cv2.resize(cv2.imread(file), (size, size)) for file in files]
images = np.stack([p[..., ::-1].transpose(2, 0, 1) / 255 for p in pictures]).astype(np.float32)
with torch.no_grad():
    answer = net(torch.tensor(images))[0].numpy()
said["detections"] = sum(len(r) for r in model.predict(pictures, imgsz=size, verbose=False))

try:
    said["weights_only"] = bool(ultralytics.nn.tasks.torch_safe_load(folder + "/model.pt", safe_only=True)[0])
except TypeError:  # Releases before 8.4 have no such switch.
    said["weights_only"] = None

from safetensors import safe_open

tensors = safe_open(folder + "/model.safetensors", "pt")
said["same"] = sum(torch.equal(tensors.get_tensor(k).to(v.dtype), v) for k, v in state.items())
said["tensors"] = len(state)
said["safetensors_names"] = json.loads(tensors.metadata()["names"])

import onnx
import onnxruntime

said["versions"].update(onnx=onnx.__version__, onnxruntime=onnxruntime.__version__)
for name in ["plain", "still", "nms", "plain12", "nms12"]:
    onnx.checker.check_model(onnx.load(f"{folder}/{name}.onnx"), full_check=True)
said["onnx_names"] = list(
    ast.literal_eval({p.key: p.value for p in onnx.load(folder + "/plain.onnx").metadata_props}["names"]).values()
)
said["box_difference"] = said["score_difference"] = 0.0
for name in ["plain", "plain12"]:
    rows = onnxruntime.InferenceSession(f"{folder}/{name}.onnx").run(None, {"images": images})[0]
    said["box_difference"] = max(said["box_difference"], float(abs(rows[:, :4] - answer[:, :4]).max()))
    said["score_difference"] = max(said["score_difference"], float(abs(rows[:, 4:] - answer[:, 4:]).max()))
said["onnx_map"] = measured(folder + "/still.onnx")
try:
    from ultralytics.utils.nms import non_max_suppression
except ImportError:
    from ultralytics.utils.ops import non_max_suppression
sessions = [onnxruntime.InferenceSession(f"{folder}/{name}.onnx") for name in ["nms", "nms12"]]
worst, found = 0.0, 0
for index, session in itertools.product(range(len(images)), sessions):
    own = session.run(None, {"images": images[index : index + 1]})[0][0]
    own = own[own[:, 4] > 0]
    kept = non_max_suppression(torch.tensor(answer[index : index + 1]), 0.25, 0.7)[0].numpy()
    found += len(kept)
    worst = max(worst, float(abs(own - kept).max(initial=0)) if own.shape == kept.shape else float("inf"))
said["suppressed"], said["suppressed_difference"] = found, worst
said["exported"] = os.path.exists(YOLO(folder + "/model.pt").export(format="torchscript", imgsz=64, verbose=False))
YOLO(folder + "/model.pt").train(data=data, epochs=1, batch=8, amp=False, **quiet)
said["trained"] = len(glob.glob(folder + "/peer/train*/weights/best.pt")) == 1
print("SAID " + json.dumps(said))
