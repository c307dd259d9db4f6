"""Random inputs of every golden file, each with the notes that explain or parametrise it."""

import zlib

import torch

from expected import levels

CLASSES = ("FireBSI", "LightningBSI", "PersonBSI", "SmokeBSI", "VehicleBSI")
LOSS_NOTE = (
    "loss = (box, cls, dfl) after gains 7.5/0.5/1.5 and times the batch size; "
    "items = the same before the batch-size factor"
)
STEP_NOTES = {
    "log": "per step: box, cls, dfl (before the batch-size factor), gradient norm before clipping to 10",
    "recipe": "float32 weights of the .pt; SGD lr 0.01 momentum 0.937 nesterov, or AdamW lr 0.001 betas (0.9, 0.999); "
    "weight decay 5e-4 on conv weights only; same batch each step; EMA decay 0.9999(1-exp(-n/2000))",
}
FEATURE_NOTES = {
    "meaning": "levels of a student already aligned to the teacher's channels; each loss is summed over the levels",
    "mgd": "mask keeps a position with probability 0.35; conv3x3-ReLU-conv3x3 with w1,b1,w2,b2; "
    "sum of squares / batch * 2e-5",
    "cwd": "tau 1, softmax over positions, sum / (C*N)",
    "attention": "MSE of L2-normalised, flattened channel-mean of squares",
    "gram": "MSE of F F^T / (C H W)",
    "relation": "MSE of the cosine-similarity matrices of the flattened samples",
}
CLASSIFICATION_NOTES = {
    "js": "mean over samples of the Jensen-Shannon divergence",
    "kl_t4": "T=4, batchmean, times T^2",
    "kd_logits": "0.2*CE(label smoothing 0.1) + 0.8*KL(T=1, batchmean)",
    "logit_mse": "0.25*MSE over all elements",
}


class Draw:
    """Random numbers of one golden file, keyed by its name."""

    def __init__(self, name, turn=0):
        self.generator = torch.Generator().manual_seed(zlib.crc32(name.encode()) + turn)

    def normal(self, *shape, mean=0.0, std=1.0):
        return torch.randn(shape, generator=self.generator) * std + mean

    def uniform(self, *shape, low=0.0, high=1.0):
        return torch.rand(shape, generator=self.generator) * (high - low) + low

    def below(self, limit, *shape):
        return torch.randint(limit, shape, generator=self.generator)

    def images(self, count, height, width):
        """Slow waves of colour under fine noise, so that deep layers, too, tell places and images apart."""
        y, x = torch.linspace(0, 1, height)[:, None], torch.linspace(0, 1, width)
        turns = self.uniform(2, count, 3, 4, 1, 1, low=-2.5, high=2.5)
        phase, height_of = self.uniform(count, 3, 4, 1, 1), self.uniform(count, 3, 4, 1, 1)
        waves = (height_of * torch.sin(2 * torch.pi * (turns[0] * y + turns[1] * x + phase))).sum(2)
        return torch.sigmoid(1.5 * waves) * 0.9 + 0.1 * self.uniform(count, 3, height, width)

    def labels(self, counts, smallest=0.1, largest=0.6):
        """Labels wholly inside their images, `counts` per image."""
        total = sum(counts)
        size = self.uniform(total, 2, low=smallest, high=largest)
        centre = size / 2 + self.uniform(total, 2) * (1 - size)
        index = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
        classes = self.below(len(CLASSES), total, 1)
        return {"batch_idx": index.float(), "cls": classes.float(), "bboxes": torch.cat((centre, size), 1)}

    def answers(self, batch, size, box_std, score_mean, score_std):
        anchors = sum(side.numel() for side in levels(size))
        boxes = self.normal(batch, 64, anchors, std=box_std)
        return boxes, self.normal(batch, len(CLASSES), anchors, mean=score_mean, std=score_std)


def draw_image(size=(64, 96), batch=2):
    notes = {
        "layout": "NCHW; boxes [B, 64, anchors] (4 sides x 16 bins, side-major), scores [B, 5, anchors] are logits; "
        "eval.output [B, 4+5, anchors]: xywh in pixels, then sigmoid scores"
    }
    return {"x": Draw("image").images(batch, *size)}, notes


def draw_loss(name, size, counts, **sizes):
    draw = Draw(name)
    labels = draw.labels(counts, **sizes)
    boxes, scores = draw.answers(len(counts), size, box_std=1.5, score_mean=-2.0, score_std=1.2)
    return labels | {"boxes": boxes, "scores": scores}, {"meaning": LOSS_NOTE, "image_size": list(size)}


def draw_batch(size=(64, 64), counts=(2, 0, 3)):
    """The turn is one where five steps in float32 and in float64 agree; others amplify rounding beyond use."""
    draw = Draw("batch", turn=2)
    return {"img": draw.images(len(counts), *size)} | draw.labels(counts, smallest=0.15, largest=0.9), {}


def draw_steps():
    return draw_batch()[0], STEP_NOTES


def draw_response(size=(32, 64), batch=3):
    draw, notes = Draw("response"), {"K": 12, "temperature": 3.0, "image_size": list(size)}
    notes["meaning"] = (
        "confidence = max over classes of sigmoid(teacher logits); top K anchors per image; "
        "ciou = mean(1-CIoU) of boxes decoded to pixels; "
        "kl = T^2 * mean over the selected anchors of sum_c KL(teacher || student); grad.* of ciou + kl_softmax"
    )
    student, teacher = draw.answers(batch, size, 1.0, 0.0, 1.0), draw.answers(batch, size, 1.5, 0.0, 1.5)
    names = ("student.boxes", "student.scores", "teacher.boxes", "teacher.scores")
    return dict(zip(names, student + teacher)), notes


def draw_features(batch=3):
    draw, inputs = Draw("features"), {}
    for level, (channels, height, width) in enumerate(((6, 6, 8), (10, 3, 4), (12, 2, 2))):
        inputs[f"student.{level}"] = draw.normal(batch, channels, height, width)
        inputs[f"teacher.{level}"] = draw.normal(batch, channels, height, width)
        inputs[f"mgd.mask.{level}"] = (draw.uniform(batch, 1, height, width) <= 0.35).float()
        for layer in (1, 2):
            inputs[f"mgd.w{layer}.{level}"] = draw.normal(channels, channels, 3, 3, std=0.1)
            inputs[f"mgd.b{layer}.{level}"] = draw.normal(channels, std=0.1)
    return inputs, FEATURE_NOTES


def draw_classification(rows=5, classes=7):
    draw = Draw("classification")
    inputs = {"student": draw.normal(rows, classes), "teacher": draw.normal(rows, classes, std=1.5)}
    return inputs | {"labels": draw.below(classes, rows)}, CLASSIFICATION_NOTES


def draw_nms(anchors=260, image=320):
    """Clustered boxes; the last image has few above the threshold."""
    draw = Draw("nms")
    places, spread = draw.uniform(3, 2, 40, high=image), draw.normal(3, 2, anchors, std=4.0)
    centres = places.gather(2, draw.below(40, 3, 2, anchors)[:, :1].expand(-1, 2, -1)) + spread
    sizes = draw.uniform(3, 2, anchors, low=20, high=60)
    scores = draw.normal(3, len(CLASSES), anchors, mean=-4.0, std=4.0)
    scores[2] -= 14
    notes = {"args": "conf 0.001, iou 0.7, max_det 300, multi_label; rows x1 y1 x2 y2 conf class"}
    return {"prediction": torch.cat((centres, sizes, scores.sigmoid()), 1)}, notes


def draw_average_precision(labels=120, strays=70):
    """Most labels found with some quality, and strays; one class is never found, one is never a label."""
    draw = Draw("average_precision")
    targets = draw.below(5, labels)
    found = (draw.uniform(labels) < 0.8) & (targets != 3)
    quality = draw.uniform(int(found.sum()), low=0.4)
    tp = quality[:, None] >= torch.linspace(0.5, 0.95, 10)
    classes = torch.cat((targets[found], draw.below(3, strays), torch.full((10,), 6)))
    tp = torch.cat((tp, torch.zeros(strays + 10, 10, dtype=torch.bool)))
    conf = 0.4 * tp.float().mean(1) + 0.6 * draw.uniform(len(tp))
    inputs = {"tp": tp.to(torch.uint8), "conf": conf.double(), "pred_cls": classes.double()}
    notes = {"meaning": "p, r, f1 per class at the confidence of the best mean F1; ap [classes, 10 IoU thresholds]"}
    return inputs | {"target_cls": targets.double()}, notes
