/// What `predict` does: names and defaults are the reference's.
public struct PredictionSettings: Settings, Equatable {
    /// A picture, a folder, a pattern of paths, or a list of these.
    public var source = ""
    /// Whether a folder's sub-folders belong to it.
    public var recursive = false
    /// Least confidence of a detection.
    public var conf = 0.25
    /// Overlap above which non-maximum suppression drops a box.
    public var iou = 0.7
    /// Most detections per picture.
    public var maxDet = 300
    /// Side, or height and width, that pictures are scaled to fit into; empty takes the model's own.
    public var imgsz: [Int] = []
    /// Classes to report, by index or name; empty reports all.
    public var classes: [String] = []
    /// Whether boxes of different classes suppress each other, too.
    public var agnosticNms = false
    /// Pixels; 0 follows the picture's size.
    public var lineWidth = 0
    /// Whether class names are drawn.
    public var showLabels = true
    /// Whether scores are drawn.
    public var showConf = true
    /// Whether pictures with their boxes are written.
    public var save = true
    /// Whether boxes are written as label files.
    public var saveTxt = false
    /// Whether label files have scores.
    public var saveConf = false
    /// Whether boxes are written as `predictions.json`.
    public var saveJson = false
    /// Folder of runs; results go to `project/name`.
    public var project = "runs/detect"
    /// Folder of this run in `project`.
    public var name = "predict"
    /// Whether the folder may exist.
    public var existOk = false
    /// Compute threads; 0 takes all cores.
    public var threads = 0

    /// The defaults.
    public init() {}
}
