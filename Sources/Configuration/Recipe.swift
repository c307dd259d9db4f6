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
    /// Side of the square network input, or height and width; multiples of 32.
    public var imgsz: [Int] = [640]
    /// Part of the training images that is used.
    public var fraction = 1.0
    /// All classes count as one.
    public var singleCls = false
    /// Whether decoded images are kept in memory.
    public var cache = Cache.none
    /// Decoding threads per rank; 0 chooses.
    public var workers = 0

    // MARK: Length of the run
    /// Passes over the training images.
    public var epochs = 200
    /// Epochs without a better fitness after which the run stops, 0 for never.
    public var patience = 100
    /// Hours after which the run ends, 0 for no limit.
    public var time = 0.0
    /// Where every random draw starts from.
    public var seed = 0

    // MARK: Batch
    /// Images per shard (`batchScaling: weak`) or in all (`strong`).
    public var batch = 32
    /// Images that gradients are accumulated to before the optimizer steps.
    public var nbs = 64
    /// Equal parts of every global batch; 0 means one per rank at the first start.
    public var shards = 0
    /// What `batch` counts.
    public var batchScaling = BatchScaling.weak
    /// How the learning rate grows when a step has more than `nbs` images; nil chooses by optimizer.
    public var lrScaling: LearningRateScaling?
    /// BatchNorm statistics of the global batch instead of the shard's.
    public var syncBn = false
    /// Numbers that gradients are summed in, over shards and over ranks.
    public var gradientCompression = GradientCompression.none

    // MARK: Optimizer
    /// Update rule; `auto` also chooses learning rate and momentum.
    public var optimizer = OptimizerChoice.auto
    /// Learning rate at the start.
    public var lr0 = 0.01
    /// Learning rate at the end, as a part of `lr0`.
    public var lrf = 0.01
    /// Momentum of SGD, first beta of AdamW.
    public var momentum = 0.937
    /// Weight decay at `nbs` images per step.
    public var weightDecay = 5e-4
    /// Epochs of warm-up.
    public var warmupEpochs = 3.0
    /// Momentum at the start of the warm-up.
    public var warmupMomentum = 0.8
    /// Learning rate of biases at the start of the warm-up.
    public var warmupBiasLr = 0.1
    /// Cosine instead of linear decay.
    public var cosLr = false
    /// Largest L2 norm of the gradient that reaches the optimizer.
    public var clip = 10.0
    /// Layers whose weights and BatchNorm statistics stay: `freeze: 10` is `[0, …, 9]`.
    public var freeze: [Int] = []

    // MARK: Losses
    /// Gain of the box term of detection.
    public var box = 7.5
    /// Gain of the class term of detection.
    public var cls = 0.5
    /// Gain of the distribution focal term of detection.
    public var dfl = 1.5
    /// Weight of the detection loss in the total.
    public var lambdaDetection = 2.0
    /// Weight of the distillation loss in the total.
    public var lambdaDistillation = 1.0
    /// Weight of boxes inside the distillation loss.
    public var lambdaDistCiou = 1.0
    /// Weight of classes inside the distillation loss.
    public var lambdaDistKl = 1.0
    /// Divisor of class logits of both models in the distillation loss.
    public var temperature = 2.0
    /// Most confident anchors of the teacher per image, 0 for all.
    public var topK = 100
    /// Softmax over classes or one sigmoid per class.
    public var classDistribution = ClassDistribution.softmax

    // MARK: Augmentation
    /// Chance of joining four images.
    public var mosaic = 1.0
    /// Last epochs without mosaic and mixup, 0 for none.
    public var closeMosaic = 10
    /// Largest rotation, in degrees.
    public var degrees = 0.0
    /// Largest shift, as a part of the image.
    public var translate = 0.1
    /// Largest change of size.
    public var scale = 0.5
    /// Largest shear, in degrees.
    public var shear = 0.0
    /// Largest perspective entry of the transformation.
    public var perspective = 0.0
    /// Chance of blending with a second image.
    public var mixup = 0.0
    /// Largest change of hue.
    public var hsvH = 0.015
    /// Largest change of saturation.
    public var hsvS = 0.7
    /// Largest change of brightness.
    public var hsvV = 0.4
    /// Chance of an upside-down flip.
    public var flipud = 0.0
    /// Chance of a left-right flip.
    public var fliplr = 0.5
    /// Chance of swapping red and blue.
    public var bgr = 0.0

    // MARK: Validation
    /// Whether to validate after every epoch; the last is always validated.
    public var val = true
    /// Least confidence of a detection in validation.
    public var conf = 0.001
    /// Overlap above which non-maximum suppression drops a box.
    public var iou = 0.7
    /// Most detections per image.
    public var maxDet = 300
    /// Rectangular validation batches.
    public var rect = true
    /// Weights of precision, recall, mAP50 and mAP50-95 in the fitness, as in the reference's release 8.3.
    public var fitnessWeights = [0.0, 0.0, 0.1, 0.9]
    /// Release of the reference whose rules hold.
    public var compat = Compatibility.current

    // MARK: Output
    /// Folder of runs; a run is `project/name`.
    public var project = "runs/distill"
    /// Folder of this run in `project`.
    public var name = "train"
    /// Whether the run folder may exist.
    public var existOk = false
    /// Root that holds `model_registry/distilled/latest`.
    public var registry = "."
    /// Results that the registry keeps beside those in use, 0 for all.
    public var registryKeep = 20
    /// A checkpoint is kept every so many epochs, -1 or 0 for none.
    public var savePeriod = -1
    /// Which run to continue.
    public var resume = Resume.no
    /// How often losses are logged.
    public var logEvery = LogFrequency.epoch
    /// Whether every loss component, its weight, share and gradient norm are printed at each epoch, not at the start only.
    public var debug = false

    /// Whether pictures of labels, batches, curves and results are drawn into the run folder.
    public var plots = true

    // MARK: Machine
    /// Compute threads per rank; 0 divides the host's cores among its ranks.
    public var threads = 0
    /// Which algorithms compute convolutions: `measured`, `fixed`, the name of one, or a file that a run wrote.
    public var convolutions = "measured"
    /// Whether the way back computes the student's maps a second time instead of keeping them; changes no bit.
    public var checkpointActivations = false

    /// The defaults.
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
/// What gradients are rounded to before they are summed.
public enum GradientCompression: String, Sendable, CaseIterable { case none, bf16, fp16 }
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
