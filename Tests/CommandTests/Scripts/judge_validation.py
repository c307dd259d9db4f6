"""Says as JSON what Ultralytics' val and pycocotools make of a model and its scenes: judge_validation.py FOLDER.

FOLDER: data.yaml with train, val and test; model.pt; and predictions.json, our list of the validation images.
"""

import contextlib
import glob
import json
import os
import sys

os.environ["YOLO_OFFLINE"] = "1"
os.environ["YOLO_VERBOSE"] = "false"
folder = sys.argv[1]
os.environ["YOLO_CONFIG_DIR"] = folder + "/settings"
import torchvision_ready  # noqa: F401

import cv2
from ultralytics import YOLO

cases = {
    "plain": {}, "test": {"split": "test"}, "train": {"split": "train"}, "classes": {"classes": [0, 3]},
    "single": {"single_cls": True}, "both": {"single_cls": True, "classes": [0, 3], "split": "test"},
}
said = {"scores": {}}
for name, words in cases.items():
    box = YOLO(folder + "/model.pt").val(
        data=folder + "/data.yaml", imgsz=192, batch=8, workers=0, verbose=False, plots=False, save_json=name == "plain",
        project=folder + "/peer", name=name, **words).box
    said["scores"][name] = [float(box.mp), float(box.mr), float(box.map50), float(box.map)]
rows = json.load(open(glob.glob(folder + "/peer/plain*/predictions.json")[0]))
said["rows"] = [[r["image_id"], r["file_name"], r["category_id"], r["bbox"], r["score"]] for r in rows]

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

truth = {"images": [], "annotations": [], "categories": [{"id": i + 1, "name": str(i)} for i in range(5)], "info": {}}
for file in sorted(glob.glob(folder + "/scenes/val/images/*")):
    height, width = cv2.imread(file).shape[:2]
    stem = os.path.splitext(os.path.basename(file))[0]
    truth["images"].append({"id": stem, "file_name": os.path.basename(file), "height": height, "width": width})
    for line in open(f"{folder}/scenes/val/labels/{stem}.txt"):
        c, x, y, w, h = map(float, line.split())
        box = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]
        truth["annotations"].append(
            {"id": len(truth["annotations"]) + 1, "image_id": stem, "category_id": int(c) + 1, "bbox": box,
             "area": box[2] * box[3], "iscrowd": 0})
with contextlib.redirect_stdout(sys.stderr):
    json.dump(truth, open(folder + "/truth.json", "w"))
    known = COCO(folder + "/truth.json")
    judge = COCOeval(known, known.loadRes(folder + "/predictions.json"), "bbox")
    judge.params.maxDets = [1, 10, 300]
    judge.evaluate()
    judge.accumulate()
precision = judge.eval["precision"][:, :, :, 0, -1]
said["coco"] = [float(p[p > -1].mean()) for p in (precision[0], precision)]
print("SAID " + json.dumps(said))
