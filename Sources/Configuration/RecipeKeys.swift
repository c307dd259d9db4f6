/// The one table of keys: names, types, ranges and help, in the order of `args.yaml`. Defaults stand in `Recipe`.
public enum RecipeKeys {
    /// Keys that belong together.
    public struct Group: Sendable {
        /// The heading in help texts.
        public let title: String
        /// The keys, in order.
        public let keys: [RecipeKey]
    }

    /// Every key.
    public static let all: [RecipeKey] = groups.flatMap(\.keys)

    /// Every key by its name and by its aliases.
    static let byName: [String: RecipeKey] = all.reduce(into: [:]) { table, key in
        for name in [key.name] + key.aliases {
            precondition(table.updateValue(key, forKey: name) == nil, "two keys are called \(name)")
        }
    }

    /// The key with a name or an alias.
    public static func key(_ name: String) -> RecipeKey? { byName[name] }

    /// What tells the arguments of a command with a recipe apart.
    public static var names: KeyNames { KeyNames(byName).union(KeyNames(valued: ["include", "cfg"])) }

    /// Keys by subject.
    public static let groups: [Group] = [
        Group(title: "Models", keys: models), Group(title: "Data", keys: data),
        Group(title: "Length of the run", keys: length), Group(title: "Batch", keys: batch),
        Group(title: "Optimizer", keys: optimizer), Group(title: "Losses", keys: losses),
        Group(title: "Augmentation", keys: augmentation), Group(title: "Validation", keys: validation),
        Group(title: "Output", keys: output), Group(title: "Machine", keys: machine),
    ]

    private static let models = [
        RecipeKey(
            "teacher", \.teacher, .path, aliases: ["distill_model"], path: .file,
            "weights of the teacher (.pt, .safetensors); empty trains without one"),
        RecipeKey(
            "student", \.student, .path("a path or a model name").orEmpty, aliases: ["model"], path: .model,
            "weights (.pt, .safetensors), layer table (.yaml) or name of the student"),
        RecipeKey(
            "pretrained", \.pretrained, .weights, path: .file, "weights a student that is a table or name starts from"),
    ]

    private static let data = [
        RecipeKey(
            "distillation_dataset", \.distillationDataset, .path, path: .file,
            "folder with train/images, train/labels, val/images, val/labels"),
        RecipeKey("data", \.data, .path, path: .file, "data set file in the field's format, instead of a folder"),
        RecipeKey(
            "imgsz", \.imgsz, .imageSize, aliases: ["img_size"],
            "image side or [height, width], rounded up to a multiple of 32"),
        RecipeKey("fraction", \.fraction, .number(above: 0, to: 1), "part of the training images to use"),
        RecipeKey("single_cls", \.singleCls, .flag, "treat all classes as one"),
        RecipeKey("cache", \.cache, .cache, "keep decoded images in memory"),
        RecipeKey("workers", \.workers, .whole(0...256), "decoding threads per rank, 0 chooses"),
    ]

    private static let length = [
        RecipeKey("epochs", \.epochs, .whole(1...1_000_000), "passes over the training images"),
        RecipeKey(
            "patience", \.patience, .whole(0...1_000_000), "epochs without a better fitness to stop after, 0 never"),
        RecipeKey("time", \.time, .number(0...100_000).orEmpty, "hours after which the run ends, 0 for no limit"),
        RecipeKey("seed", \.seed, .whole(0...Int.max), "where every random draw starts from"),
    ]

    private static let batch = [
        RecipeKey(
            "batch", \.batch,
            .whole(1...65_536).remedy { node in
                let automatic = node.double.map { $0 < 1 } ?? false
                return automatic ? "Give a number of images: a batch by free memory is for GPUs" : nil
            }, aliases: ["batch_size"], "images per shard (weak scaling) or in all (strong scaling)"),
        RecipeKey("nbs", \.nbs, .whole(1...1_048_576), "images that gradients are accumulated to"),
        RecipeKey("shards", \.shards, .whole(0...65_536), "equal parts of every global batch, 0 for one per rank"),
        RecipeKey("batch_scaling", \.batchScaling, .choice, "whether the global batch grows with the shards (weak)"),
        RecipeKey(
            "lr_scaling", \.lrScaling, .learningRateScaling,
            "growth of the learning rate above nbs images; empty: linear for SGD, sqrt for AdamW"),
        RecipeKey("sync_bn", \.syncBn, .flag, "BatchNorm statistics of the global batch instead of the shard's"),
        RecipeKey(
            "gradient_compression", \.gradientCompression, .choice,
            "16-bit sums of gradients, for slow networks: half the bytes, rounded"),
    ]

    private static let optimizer = [
        RecipeKey("optimizer", \.optimizer, .optimizer, "update rule; auto also chooses lr0 and momentum"),
        RecipeKey("lr0", \.lr0, .number(above: 0, to: 1), "initial learning rate"),
        RecipeKey("lrf", \.lrf, .number(0...1), "final learning rate as a part of lr0"),
        RecipeKey("momentum", \.momentum, .number(0..<1), "momentum of SGD, first beta of AdamW"),
        RecipeKey("weight_decay", \.weightDecay, .number(0...1), "pull of weights towards zero"),
        RecipeKey("warmup_epochs", \.warmupEpochs, .number(0...1_000_000), "epochs of warm-up, fractions allowed"),
        RecipeKey("warmup_momentum", \.warmupMomentum, .number(0..<1), "momentum that warm-up starts from"),
        RecipeKey("warmup_bias_lr", \.warmupBiasLr, .number(0...1), "learning rate of biases that warm-up starts from"),
        RecipeKey("cos_lr", \.cosLr, .flag, "cosine instead of linear decay of the learning rate"),
        RecipeKey(
            "clip", \.clip, .number(above: 0, to: 1e9), aliases: ["gradient_clip", "grad_clip", "max_grad_norm"],
            "largest norm of the gradient"),
        RecipeKey("freeze", \.freeze, .layers, "layers that stay as they are, BatchNorm statistics included"),
    ]

    private static let losses = [
        RecipeKey("box", \.box, .number(0...1000), "gain of the box term of detection"),
        RecipeKey("cls", \.cls, .number(0...1000), "gain of the class term of detection"),
        RecipeKey("dfl", \.dfl, .number(0...1000), "gain of the distribution focal term of detection"),
        RecipeKey("lambda_detection", \.lambdaDetection, .number(0...1e6), "weight of the detection loss"),
        RecipeKey("lambda_distillation", \.lambdaDistillation, .number(0...1e6), "weight of the distillation loss"),
        RecipeKey("lambda_dist_ciou", \.lambdaDistCiou, .number(0...1e6), "weight of boxes inside distillation"),
        RecipeKey("lambda_dist_kl", \.lambdaDistKl, .number(0...1e6), "weight of classes inside distillation"),
        RecipeKey("temperature", \.temperature, .number(0.01...1000), "softening of class distributions"),
        RecipeKey(
            "top_k", \.topK, .whole(0...1_000_000), aliases: ["topk"],
            "most confident anchors of the teacher per image, 0 for all"),
        RecipeKey("class_distribution", \.classDistribution, .choice, "softmax over classes, or one sigmoid per class"),
    ]

    private static let augmentation = [
        RecipeKey("mosaic", \.mosaic, .number(0...1), "chance of joining four images"),
        RecipeKey(
            "close_mosaic", \.closeMosaic, .whole(0...1_000_000), "last epochs without mosaic and mixup, 0 for none"),
        RecipeKey("degrees", \.degrees, .number(0...180), "largest rotation either way"),
        RecipeKey("translate", \.translate, .number(0...1), "largest shift, as a part of the image"),
        RecipeKey("scale", \.scale, .number(0..<1), "largest change of size either way"),
        RecipeKey("shear", \.shear, .number(0..<90), "largest shear in degrees either way"),
        RecipeKey("perspective", \.perspective, .number(0...1), "largest perspective, usually below 0.001"),
        RecipeKey("mixup", \.mixup, .number(0...1), "chance of blending with a second image"),
        RecipeKey("hsv_h", \.hsvH, .number(0...1), "largest change of hue"),
        RecipeKey("hsv_s", \.hsvS, .number(0...1), "largest change of saturation"),
        RecipeKey("hsv_v", \.hsvV, .number(0...1), "largest change of brightness"),
        RecipeKey("flipud", \.flipud, .number(0...1), "chance of an upside-down flip"),
        RecipeKey("fliplr", \.fliplr, .number(0...1), "chance of a left-right flip"),
        RecipeKey("bgr", \.bgr, .number(0...1), "chance of swapping red and blue"),
    ]

    private static let validation = [
        RecipeKey("val", \.val, .flag, "validate after every epoch; the last one is always validated"),
        RecipeKey("conf", \.conf, .number(0...1).orEmpty, "least confidence of a detection"),
        RecipeKey("iou", \.iou, .number(0...1), "overlap above which non-maximum suppression drops a box"),
        RecipeKey("max_det", \.maxDet, .whole(1...100_000), "most detections per image"),
        RecipeKey("rect", \.rect, .flag, "rectangular validation batches instead of square ones"),
        RecipeKey("fitness_weights", \.fitnessWeights, .fitness, "weights of precision, recall, mAP50 and mAP50-95"),
        RecipeKey("compat", \.compat, .choice, "release of the reference whose rules hold"),
    ]

    private static let output = [
        RecipeKey("project", \.project, .path, "folder of runs"),
        RecipeKey("name", \.name, .name, "folder of this run inside project"),
        RecipeKey("exist_ok", \.existOk, .flag, "write into a run folder that exists"),
        RecipeKey("registry", \.registry, .path, "root that holds model_registry/distilled/latest"),
        RecipeKey(
            "registry_keep", \.registryKeep, .whole(0...1_000_000),
            "results kept under their run's name beside latest and best, 0 for all"),
        RecipeKey(
            "save_period", \.savePeriod, .whole(-1...1_000_000), "keep a checkpoint every so many epochs, -1 none"),
        RecipeKey("resume", \.resume, .resume, "continue the last run, or the one of a checkpoint"),
        RecipeKey("log_every", \.logEvery, .choice, "how often losses are logged"),
        RecipeKey(
            "debug", \.debug, .flag,
            "print every loss component, its weight, share and gradient norm at every epoch"),
        RecipeKey("plots", \.plots, .flag, "draw labels, batches, curves and results into the run folder"),
    ]

    private static let machine = [
        RecipeKey("threads", \.threads, .whole(0...1024), "compute threads per rank, 0 divides the host's cores"),
        RecipeKey(
            "convolutions", \.convolutions, .path("measured, fixed, an algorithm or a file"),
            "algorithms of convolutions: measured, fixed, one by name, a convolutions.json"),
        RecipeKey(
            "checkpoint_activations", \.checkpointActivations, .flag,
            "compute the student's maps twice, not keep them: less memory, more time, same result"),
    ]
}
