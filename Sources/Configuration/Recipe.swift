/// Everything that defines a run, resolved: defaults, then files in order, then `key=value` words of the command line.
///
/// Property names are the YAML keys in camel case (`weightDecay` is `weight_decay`); `RecipeKeys` is the one table of
/// keys, types and ranges, and this file the one place of defaults. Names and defaults are those of Ultralytics and of the
/// wildfire recipe unless a comment says otherwise.
public struct Recipe: Equatable, Sendable {
    // MARK: Models
    /// Teacher weights (`.pt`, `.safetensors`); empty trains without a teacher.
    public var teacher = ""
    /// Student: weights (`.pt`, `.safetensors`), a layer table (`.yaml`), or a name such as `yolov8n`.
    public var student = "yolov8n"
    /// Weights the student starts from when `student` names a table; empty starts from random weights.
    public var pretrained = ""

    // MARK: Data
    /// Directory with `train/images`, `train/labels`, `val/images`, `val/labels`.
    public var distillationDataset = ""
    /// An Ultralytics data set file; used instead of `distillationDataset` when set.
    public var data = ""
    public var imgsz: [Int] = [640]
    public var fraction = 1.0
    public var singleCls = false
    public var cache = Cache.none
    /// Decoding threads per rank; 0 chooses.
    public var workers = 0

    // MARK: Length of the run
    public var epochs = 200
    public var patience = 100
    /// Hours after which the run ends, 0 for no limit.
    public var time = 0.0
    public var seed = 0

    // MARK: Batch
    /// Images per shard (`batchScaling: weak`) or in all (`strong`).
    public var batch = 32
    public var nbs = 64
    /// Equal parts of every global batch; 0 means one per rank at the first start.
    public var shards = 0
    public var batchScaling = BatchScaling.weak
    /// How the learning rate grows when a step has more than `nbs` images; nil chooses by optimizer.
    public var lrScaling: LearningRateScaling?
    public var syncBn = false

    // MARK: Optimizer
    public var optimizer = OptimizerChoice.auto
    public var lr0 = 0.01
    public var lrf = 0.01
    public var momentum = 0.937
    public var weightDecay = 5e-4
    public var warmupEpochs = 3.0
    public var warmupMomentum = 0.8
    public var warmupBiasLr = 0.1
    public var cosLr = false
    /// Largest L2 norm of the gradient that reaches the optimizer.
    public var clip = 10.0
    /// Layers whose weights and BatchNorm statistics stay: `freeze: 10` is `[0, …, 9]`.
    public var freeze: [Int] = []

    // MARK: Losses
    public var box = 7.5
    public var cls = 0.5
    public var dfl = 1.5
    public var lambdaDetection = 2.0
    public var lambdaDistillation = 1.0
    public var lambdaDistCiou = 1.0
    public var lambdaDistKl = 1.0
    public var temperature = 2.0
    /// Most confident anchors of the teacher per image, 0 for all.
    public var topK = 100
    public var classDistribution = ClassDistribution.softmax

    // MARK: Augmentation
    public var mosaic = 1.0
    public var closeMosaic = 10
    public var degrees = 0.0
    public var translate = 0.1
    public var scale = 0.5
    public var shear = 0.0
    public var perspective = 0.0
    public var mixup = 0.0
    public var hsvH = 0.015
    public var hsvS = 0.7
    public var hsvV = 0.4
    public var flipud = 0.0
    public var fliplr = 0.5
    public var bgr = 0.0

    // MARK: Validation
    public var val = true
    public var conf = 0.001
    public var iou = 0.7
    public var maxDet = 300
    /// Rectangular validation batches.
    public var rect = true
    /// Weights of precision, recall, mAP50 and mAP50-95 in the fitness.
    public var fitnessWeights = [0.0, 0.0, 0.1, 0.9]
    public var compat = Compatibility.current

    // MARK: Output
    /// Folder of runs; a run is `project/name`.
    public var project = "runs/distill"
    public var name = "train"
    public var existOk = false
    /// Root that holds `model_registry/distilled/latest`.
    public var registry = "."
    public var savePeriod = -1
    public var resume = Resume.no
    public var logEvery = LogFrequency.epoch
    public var debug = false

    // MARK: Machine
    /// Compute threads per rank; 0 divides the host's cores among its ranks.
    public var threads = 0

    public init() {}

    /// Height and width of the network's input.
    public var imageSize: (height: Int, width: Int) { (imgsz[0], imgsz[imgsz.count - 1]) }
}

/// Where decoded images are kept.
public enum Cache: String, Sendable, CaseIterable { case none = "false", ram }
/// Whether `batch` is per shard or global.
public enum BatchScaling: String, Sendable, CaseIterable { case weak, strong }
/// How the learning rate follows a global batch above `nbs`.
public enum LearningRateScaling: String, Sendable, CaseIterable { case linear, sqrt, none }
/// The optimizer asked for.
public enum OptimizerChoice: String, Sendable, CaseIterable { case auto, sgd = "SGD", adamW = "AdamW" }
/// The distribution that class logits stand for in the distillation term.
public enum ClassDistribution: String, Sendable, CaseIterable { case softmax, sigmoid }
/// The release of the reference whose rules hold where they changed published numbers.
public enum Compatibility: String, Sendable, CaseIterable { case current, v83 = "8.3" }
/// How often losses are logged.
public enum LogFrequency: String, Sendable, CaseIterable { case batch, epoch }
/// Whether to continue an earlier run.
public enum Resume: Equatable, Sendable { case no, last, from(String) }
