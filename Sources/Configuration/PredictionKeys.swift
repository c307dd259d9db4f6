import Documents

/// The keys of `predict`, and how its words are read.
public enum PredictionKeys {
    /// Reads the words.
    public static let words = SettingWords(
        all, of: "swift-distill predict",
        meaningless: [
            "amp", "batch", "channels_last", "compile", "deterministic", "device", "dnn", "half", "mode", "plots",
            "quantize",
            "rect", "retina_masks", "save_frames", "stream", "stream_buffer", "task", "tracker", "verbose",
            "vid_stride",
            "workers",
        ],
        unsupported: [
            "augment": "Leave it out; every picture is seen once",
            "embed": "Leave it out; features of layers are not written",
            "save_crop": "Cut the boxes that save_txt or --json write out of the pictures",
            "show": "Look at the pictures that are saved",
            "visualize": "Leave it out; maps of layers are not drawn",
        ])

    /// Every key, in the order of the help text.
    public static let all: [SettingKey<PredictionSettings>] = [
        SettingKey(
            "source", \.source, .path("a file, a folder or a pattern"),
            "picture, folder, pattern of paths or list of them (.txt)"),
        SettingKey("recursive", \.recursive, .flag, "take the pictures of a folder's sub-folders, too"),
        SettingKey("conf", \.conf, .number(0...1), "least confidence of a detection"),
        SettingKey("iou", \.iou, .number(0...1), "overlap above which non-maximum suppression drops a box"),
        SettingKey("max_det", \.maxDet, .whole(1...100_000), "most detections per picture"),
        SettingKey(
            "imgsz", \.imgsz, Form<[Int]>.imageSize.orEmpty, aliases: ["img_size"],
            "side or [height, width] to scale pictures to, rounded up to a multiple of 32; empty: the model's own"),
        SettingKey("classes", \.classes, .names, "classes to report, by index or name"),
        SettingKey("agnostic_nms", \.agnosticNms, .flag, "let boxes of different classes suppress each other"),
        SettingKey(
            "line_width", \.lineWidth, Form<Int>.whole(0...1000).orEmpty, "width of lines in pixels, 0 by the picture"),
        SettingKey("show_labels", \.showLabels, .flag, "draw class names"),
        SettingKey("show_conf", \.showConf, .flag, "draw scores"),
        SettingKey("save", \.save, .flag, "write pictures with their boxes"),
        SettingKey("save_txt", \.saveTxt, .flag, "write boxes as label files"),
        SettingKey("save_conf", \.saveConf, .flag, "write scores into label files, too"),
        SettingKey("save_json", \.saveJson, .flag, "write all boxes as predictions.json"),
        SettingKey("project", \.project, .path, "folder of runs"),
        SettingKey("name", \.name, .name, "folder of the results inside project"),
        SettingKey("exist_ok", \.existOk, .flag, "write into a folder that exists"),
        SettingKey("threads", \.threads, .whole(0...1024), "compute threads, 0 takes all cores"),
    ]
}

extension Form<[String]> {
    /// One name or number, or a list of them.
    static var names: Form {
        Form(
            allowed: "an index or a name, or a list of them",
            read: { node in
                let items = node.list ?? [node]
                let texts = items.compactMap(\.text)
                return texts.count == items.count && !items.contains(where: \.isNull) ? texts : nil
            },
            write: { Node(.list($0.map { Node(.string($0)) })) }, mayBeEmpty: true)
    }
}
