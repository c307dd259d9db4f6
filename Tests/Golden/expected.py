"""Expected numbers of every golden file, computed from its inputs by the reference implementation.

Every function takes the inputs of one file (tensors by name), the notes that parametrise it and the path of the `.pt`,
and returns the expected tensors and the expected notes. Nothing here draws random numbers.
"""

import types

import torch
import torch.nn.functional as F
from ultralytics.nn.tasks import DetectionModel  # noqa: F401  (needed to unpickle)
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.metrics import ap_per_class, bbox_iou
from ultralytics.utils.nms import non_max_suppression
from ultralytics.utils.tal import dist2bbox, make_anchors
from ultralytics.utils.torch_utils import ModelEMA

GAINS = types.SimpleNamespace(box=7.5, cls=0.5, dfl=1.5)
LABELS = ("batch_idx", "cls", "bboxes")


def load(path):
    """The model of a `.pt` in float32, ready to be trained."""
    model = torch.load(path, map_location="cpu", weights_only=False)["model"].float()
    model.args = GAINS
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".dfl" not in name)
    return model


def norms(named):
    return {name: float(value.detach().double().norm()) for name, value in named}


def forward(inputs, notes, path):
    """Evaluation, evaluation with batch norms folded in, and one training forward."""
    model, x, layers = load(path).eval(), inputs["x"], []

    def note(module, _, y):
        kind = module.type.split(".")[-1]
        layers.append([module.i, kind, list(y.shape), float(y.mean()), float(y.std()), float(y.abs().max())])

    hooks = [layer.register_forward_hook(note) for layer in model.model[:-1]]
    with torch.no_grad():
        output, raw = model(x)
        for hook in hooks:
            hook.remove()
        trained = load(path).train()
        train = trained(x)
        fused = model.fuse(verbose=False)(x)[0]
    tensors = {"eval.output": output, "eval.boxes": raw["boxes"], "eval.scores": raw["scores"], "fused.output": fused}
    tensors |= {"train.boxes": train["boxes"], "train.scores": train["scores"]}
    state = trained.state_dict()
    for name in ("model.0.bn.running_mean", "model.0.bn.running_var"):
        tensors[f"train.{name}"] = state[name]
    return tensors, {"layers": layers}


def levels(size, strides=(8, 16, 32)):
    """Empty feature maps that only carry the sizes of the levels of an image of height × width `size`."""
    return [torch.zeros(1, 1, size[0] // stride, size[1] // stride) for stride in strides]


def detection_loss(inputs, notes, path):
    """The loss, what was assigned and the gradient of the summed loss by the raw predictions."""
    criterion, assigned = v8DetectionLoss(load(path)), []
    criterion.assigner.register_forward_hook(lambda _module, _inputs, result: assigned.extend(result))
    boxes, scores = (inputs[name].clone().requires_grad_() for name in ("boxes", "scores"))
    predictions = {"boxes": boxes, "scores": scores, "feats": levels(notes["image_size"])}
    loss, items = criterion(predictions, {name: inputs[name] for name in LABELS})
    loss.sum().backward()
    tensors = {"loss": loss, "loss_sum": loss.sum(), "items": torch.stack([*items.values()])}
    tensors |= {"grad.boxes": boxes.grad, "grad.scores": scores.grad}
    names = ("target_labels", "target_bboxes", "target_scores", "fg_mask", "target_gt_idx")
    return tensors | {f"assign.{name}": value for name, value in zip(names, assigned)}, {}


def backward(inputs, notes, path, names):
    """Loss of a training forward and its gradients: `names` in full, all others by norm."""
    model = load(path).train()
    loss, _ = v8DetectionLoss(model)(model(inputs["img"]), inputs)
    loss.sum().backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    tensors = {"loss": loss} | {f"grad.{name}": gradients[name] for name in names}
    return tensors, {"grad_norms": norms(gradients.items())}


def optimizer_for(kind, model):
    """SGD or AdamW; only the weights of convolutions decay."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim == 4], "weight_decay": 5e-4},
        {"params": [p for p in trained if p.ndim != 4], "weight_decay": 0.0},
    ]
    if kind == "SGD":
        return torch.optim.SGD(groups, lr=0.01, momentum=0.937, nesterov=True)
    return torch.optim.AdamW(groups, lr=0.001, betas=(0.9, 0.999))


def train_steps(inputs, notes, path, kind, names, steps=5):
    """Steps on one batch with clipping and moving average; `names` in full, the rest of the state by norm."""
    model = load(path).train()
    criterion, optimizer, average, log = v8DetectionLoss(model), optimizer_for(kind, model), ModelEMA(model), []
    for _ in range(steps):
        loss, items = criterion(model(inputs["img"]), inputs)
        optimizer.zero_grad()
        loss.sum().backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        average.update(model)
        log.append([float(value) for value in (*items.values(), norm)])
    after, moved = model.state_dict(), average.ema.state_dict()
    tensors = {"log": torch.tensor(log, dtype=torch.float64)}
    tensors |= {f"after.{name}": after[name] for name in names} | {f"ema.{name}": moved[name] for name in names}
    return tensors, {"norms": norms(after.items()), "ema_norms": norms(moved.items())}


def divergence(student, teacher, temperature):
    """`T² · KL(teacher ‖ student)` of softmax rows, summed over everything."""
    p, q = (F.log_softmax(logits / temperature, -1) for logits in (teacher, student))
    return temperature**2 * (p.exp() * (p - q)).sum()


def pixels(boxes, size):
    """Raw box logits [B, 64, A] as x1 y1 x2 y2 in pixels, [B, A, 4]."""
    points, strides = make_anchors(levels(size), (8, 16, 32), 0.5)
    count, _, anchors = boxes.shape
    distances = boxes.view(count, 4, 16, anchors).softmax(2).transpose(1, 3).transpose(2, 3)
    distances = (distances * torch.arange(16.0)).sum(-1)
    return dist2bbox(distances, points, xywh=False) * strides


def topk_response(inputs, notes, path):
    """Boxes and scores of the teacher's most confident anchors as targets of the student."""
    boxes, scores = (inputs[f"student.{name}"].clone().requires_grad_() for name in ("boxes", "scores"))
    confidence = inputs["teacher.scores"].sigmoid().amax(1)
    index = confidence.topk(notes["K"], 1).indices
    rows = torch.arange(len(index))[:, None]
    learned, taught = (pixels(b, notes["image_size"])[rows, index] for b in (boxes, inputs["teacher.boxes"]))
    ciou = (1 - bbox_iou(learned, taught, xywh=False, CIoU=True)).mean()
    logits, answers = (s.transpose(1, 2)[rows, index] for s in (scores, inputs["teacher.scores"]))
    softmax = divergence(logits, answers, notes["temperature"]) / index.numel()
    p, q = (torch.stack((x, -x)) / notes["temperature"] for x in (answers, logits))
    sigmoid = notes["temperature"] ** 2 * (p.sigmoid() * (F.logsigmoid(p) - F.logsigmoid(q))).sum() / index.numel()
    (by_sigmoid,) = torch.autograd.grad(sigmoid, scores, retain_graph=True)
    by_boxes, by_scores = torch.autograd.grad(ciou + softmax, (boxes, scores))
    tensors = {"topk.index": index, "loss.ciou": ciou, "loss.kl_softmax": softmax, "loss.kl_sigmoid": sigmoid}
    tensors |= {"grad.boxes": by_boxes, "grad.scores": by_scores, "grad.scores.kl_sigmoid": by_sigmoid}
    return tensors, {}


def cosine(x):
    rows = F.normalize(x.flatten(1), dim=1)
    return rows @ rows.T


def attention(x):
    return F.normalize(x.square().mean(1).flatten(1), dim=1)


def gram(x):
    rows = x.flatten(2)
    return rows @ rows.transpose(1, 2) / x[0].numel()


def generation(s, t, inputs, level):
    """Masked student features through two convolutions against the teacher's."""
    w1, b1, w2, b2 = (inputs[f"mgd.{name}.{level}"] for name in ("w1", "b1", "w2", "b2"))
    hidden = F.conv2d(s * inputs[f"mgd.mask.{level}"], w1, b1, padding=1).relu()
    return 2e-5 * (F.conv2d(hidden, w2, b2, padding=1) - t).square().sum() / len(s)


def features(inputs, notes, path):
    """Each feature loss summed over the levels, and its gradient by every student level."""
    count = sum(name.startswith("student.") for name in inputs)
    kinds = {
        "mimic": lambda s, t, _: F.mse_loss(s, t),
        "cwd": lambda s, t, _: divergence(s.flatten(2), t.flatten(2), 1.0) / (s.shape[0] * s.shape[1]),
        "mgd": lambda s, t, level: generation(s, t, inputs, level),
        "attention": lambda s, t, _: F.mse_loss(attention(s), attention(t)),
        "gram": lambda s, t, _: F.mse_loss(gram(s), gram(t)),
        "relation": lambda s, t, _: F.mse_loss(cosine(s), cosine(t)),
    }
    tensors = {}
    for kind, loss_of in kinds.items():
        students = [inputs[f"student.{level}"].clone().requires_grad_() for level in range(count)]
        loss = sum(loss_of(s, inputs[f"teacher.{level}"], level) for level, s in enumerate(students))
        loss.backward()
        tensors[f"loss.{kind}"] = loss
        tensors |= {f"grad.{kind}.{level}": s.grad for level, s in enumerate(students)}
    return tensors, {}


def classification(inputs, notes, path):
    """Each loss of two rows of class logits and its gradient by the student's."""
    teacher, labels = inputs["teacher"], inputs["labels"]

    def jensen_shannon(s):
        p, q = teacher.softmax(1), s.softmax(1)
        middle = ((p + q) / 2).log()
        return ((p * (p.log() - middle) + q * (q.log() - middle)) / 2).sum() / len(s)

    def smoothed(s):
        return F.cross_entropy(s, labels, label_smoothing=0.1)

    kinds = {
        "js": jensen_shannon,
        "kl_t4": lambda s: divergence(s, teacher, 4.0) / len(s),
        "label_smoothing_ce": smoothed,
        "kd_logits": lambda s: 0.2 * smoothed(s) + 0.8 * divergence(s, teacher, 1.0) / len(s),
        "logit_mse": lambda s: 0.25 * F.mse_loss(s, teacher),
    }
    tensors = {}
    for kind, loss_of in kinds.items():
        student = inputs["student"].clone().requires_grad_()
        loss = loss_of(student)
        loss.backward()
        tensors |= {f"loss.{kind}": loss, f"grad.{kind}": student.grad}
    return tensors, {}


def nms(inputs, notes, path):
    """Boxes kept of every image."""
    kept = non_max_suppression(
        inputs["prediction"].clone(), conf_thres=0.001, iou_thres=0.7, max_det=300, multi_label=True, max_time_img=60
    )
    return {f"kept.{image}": rows for image, rows in enumerate(kept)}, {}


def average_precision(inputs, notes, path):
    """Precision, recall, F1 and average precision of every class of the labels."""
    arrays = [inputs[name].numpy() for name in ("tp", "conf", "pred_cls", "target_cls")]
    _, _, p, r, f1, ap, classes, *_ = ap_per_class(arrays[0].astype(bool), *arrays[1:])
    tensors = {name: torch.from_numpy(value).double() for name, value in zip(("p", "r", "f1", "ap"), (p, r, f1, ap))}
    return tensors | {"classes": torch.from_numpy(classes).long()}, {}
