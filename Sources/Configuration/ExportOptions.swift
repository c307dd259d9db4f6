/// How a model is written into another file; names and defaults are those of Ultralytics' exporter.
public struct ExportOptions: Equatable, Sendable {
    /// The kind of file; nil takes the one that `output` ends with, else `.pt`.
    public var format: ExportFormat?
    /// The file to write; empty puts it beside the model.
    public var output = ""
    /// Whether a file that exists may be replaced: not one named without a key, as patterns of the shell name them.
    public var replaces = true
    /// Side of the network input, or height and width; empty takes the training's.
    public var imgsz: [Int] = []
    /// Images per call of an ONNX model.
    public var batch = 1
    /// Any number of images of any size, instead of `batch` and `imgsz`.
    public var dynamic = false
    /// 16-bit floats.
    public var half = false
    /// A graph without superfluous nodes, which ours always is.
    public var simplify = true
    /// Version of the ONNX operators.
    public var opset = 18
    /// Whether the ONNX graph suppresses overlapping boxes itself.
    public var nms = false
    /// Least confidence of a detection, with `nms`.
    public var conf = 0.25
    /// Overlap above which `nms` drops a box.
    public var iou = 0.7
    /// Most detections per image, with `nms`.
    public var maxDet = 300
    /// Whether boxes of different classes suppress each other, with `nms`.
    public var agnosticNms = false

    /// The defaults.
    public init() {}
}

/// A kind of file that models are written to.
public enum ExportFormat: String, Sendable, CaseIterable {
    case pt, onnx, safetensors

    /// What a path ends with.
    public static func of(path: String) -> ExportFormat? {
        allCases.first { path.hasSuffix("." + $0.rawValue) }
    }
}
