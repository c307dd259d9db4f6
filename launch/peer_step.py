"""The step that `swift-distill bench` measures, by Ultralytics on PyTorch; launch/bench.sh runs both alternately.

Needs: python3 -m venv VENV && VENV/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu \
           torch==2.13.0+cpu torchvision==0.28.0+cpu ultralytics==8.4.190
Prints one line of JSON: medians in ms per image, and the peak of memory.

Teacher: fused, in eval mode, without gradients. Student: forward, native loss, Top-K response loss, backward, clipping
at 10, SGD with Nesterov momentum, EMA.
"""

import argparse
import json
import os
import resource
import statistics
import time

os.environ.setdefault("YOLO_OFFLINE", "1")

import torch
import torch.nn.functional as F
import ultralytics
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils import DEFAULT_CFG
from ultralytics.utils.metrics import bbox_iou
from ultralytics.utils.tal import dist2bbox, make_anchors
from ultralytics.utils.torch_utils import ModelEMA

TOP_K, TEMPERATURE, BINS, CLASSES = 100, 2.0, 16, 5


class Step:
    """Both models, one batch of noise, and what moves the student."""

    def __init__(self, student, teacher, size, batch, layout):
        torch.manual_seed(0)
        self.batch = batch
        self.student = DetectionModel(f"{student}.yaml", nc=CLASSES, verbose=False)
        self.student.args = get_cfg(DEFAULT_CFG)
        self.student = self.student.train().to(memory_format=layout)
        self.teacher = DetectionModel(f"{teacher}.yaml", nc=CLASSES, verbose=False).eval().fuse()
        self.teacher = self.teacher.to(memory_format=layout)
        self.images = torch.rand(batch, 3, size, size).contiguous(memory_format=layout)
        self.labels = {
            "batch_idx": torch.arange(batch).repeat_interleave(4).float(),
            "cls": torch.randint(0, CLASSES, (4 * batch, 1)).float(),
            "bboxes": torch.rand(4 * batch, 4) * 0.3 + 0.2,
        }
        self.loss = self.student.init_criterion()
        self.optimizer = torch.optim.SGD(self.student.parameters(), 1e-3, 0.937, nesterov=True)
        self.average = ModelEMA(self.student)

    def teach(self):
        with torch.no_grad():
            return self.teacher(self.images)[1]

    def learn(self, taught):
        self.optimizer.zero_grad()
        learned = self.student(self.images)
        detection, _ = self.loss(learned, self.labels)
        response = self.response(learned, taught)
        (2 * detection.sum() + self.batch * response).backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 10.0)
        self.optimizer.step()
        self.average.update(self.student)

    def response(self, learned, taught):
        """CIoU of the boxes and KL of the softened classes, at the teacher's most confident anchors."""
        anchors, strides = make_anchors(learned["feats"], self.student.stride, 0.5)
        chosen = taught["scores"].sigmoid().amax(1).topk(TOP_K, dim=1).indices[..., None]

        def boxes(answer):
            distances = answer["boxes"].permute(0, 2, 1).reshape(self.batch, -1, 4, BINS).softmax(3)
            corners = dist2bbox(distances.matmul(torch.arange(float(BINS))), anchors, xywh=False) * strides
            return corners.gather(1, chosen.expand(-1, -1, 4)).reshape(-1, 4)

        def classes(answer):
            return answer["scores"].permute(0, 2, 1).gather(1, chosen.expand(-1, -1, CLASSES)) / TEMPERATURE

        overlap = bbox_iou(boxes(learned), boxes(taught), xywh=False, CIoU=True)
        divergence = F.kl_div(
            F.log_softmax(classes(learned), -1), F.softmax(classes(taught), -1), reduction="none"
        )
        return (1 - overlap).mean() + divergence.sum(-1).mean() * TEMPERATURE**2


def measure(step, steps):
    """Median seconds of the teacher, of the student, and of both, without the first step."""
    times = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        taught = step.teach()
        middle = time.perf_counter()
        step.learn(taught)
        end = time.perf_counter()
        times.append((middle - start, end - middle, end - start))
    return [statistics.median(column) for column in zip(*times[1:])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--student", default="yolov8n")
    parser.add_argument("--teacher", default="yolov8m")
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--channels-last", action="store_true", help="NHWC in memory")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    layout = torch.channels_last if given.channels_last else torch.contiguous_format
    step = Step(given.student, given.teacher, given.imgsz, given.batch, layout)
    teacher, student, whole = (round(1e3 * seconds / given.batch, 3) for seconds in measure(step, given.steps))
    result = {
        "program": f"Ultralytics {ultralytics.__version__} on PyTorch {torch.__version__}",
        "student_ms_per_image": student,
        "teacher_ms_per_image": teacher,
        "step_ms_per_image": whole,
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result, separators=(",", ":")))


main()
