extension LayerTable {
    /// YOLOv8 detection; `p` (pico) is ours, for demonstrations on a laptop's CPU.
    public static let yolov8 = LayerTable(
        classCount: 80,
        scales: [
            ("n", Scale(depth: 0.33, width: 0.25, maxChannels: 1024)),
            ("s", Scale(depth: 0.33, width: 0.50, maxChannels: 1024)),
            ("m", Scale(depth: 0.67, width: 0.75, maxChannels: 768)),
            ("l", Scale(depth: 1.00, width: 1.00, maxChannels: 512)),
            ("x", Scale(depth: 1.00, width: 1.25, maxChannels: 512)),
            ("p", Scale(depth: 0.33, width: 0.125, maxChannels: 1024)),
        ],
        scale: "n",
        backbone: [
            Row([-1], 1, "Conv", [64, 3, 2]),
            Row([-1], 1, "Conv", [128, 3, 2]),
            Row([-1], 3, "C2f", [128, true]),
            Row([-1], 1, "Conv", [256, 3, 2]),
            Row([-1], 6, "C2f", [256, true]),
            Row([-1], 1, "Conv", [512, 3, 2]),
            Row([-1], 6, "C2f", [512, true]),
            Row([-1], 1, "Conv", [1024, 3, 2]),
            Row([-1], 3, "C2f", [1024, true]),
            Row([-1], 1, "SPPF", [1024, 5]),
        ],
        head: [
            Row([-1], 1, "nn.Upsample", ["None", 2, "nearest"]),
            Row([-1, 6], 1, "Concat", [1]),
            Row([-1], 3, "C2f", [512]),
            Row([-1], 1, "nn.Upsample", ["None", 2, "nearest"]),
            Row([-1, 4], 1, "Concat", [1]),
            Row([-1], 3, "C2f", [256]),
            Row([-1], 1, "Conv", [256, 3, 2]),
            Row([-1, 12], 1, "Concat", [1]),
            Row([-1], 3, "C2f", [512]),
            Row([-1], 1, "Conv", [512, 3, 2]),
            Row([-1, 9], 1, "Concat", [1]),
            Row([-1], 3, "C2f", [1024]),
            Row([15, 18, 21], 1, "Detect", ["nc"]),
        ])
}
