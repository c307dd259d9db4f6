import Diagnostics
import Documents

/// Keys that users' files bring from the reference and that are not keys of a recipe: without effect on the result here, or
/// refused by name where ignoring them would change it.
enum ForeignKeys {
    /// Reads such a key: true when it can be ignored, false when it is none of these; throws when it must not be ignored.
    static func ignores(_ name: String, _ value: Node) throws -> Bool {
        if meaningless.contains(name) { return true }
        if let other = misplaced[name] { throw value.problem("`\(name)` is not a key of a recipe", remedy: other) }
        guard let key = changing[name] else { return false }
        guard value.isNull || value.string == "None" || key.isNeutral(value) else {
            throw value.problem("`\(name)` is not supported, found \(value.found)", remedy: key.remedy)
        }
        return true
    }

    /// About other machines, tasks, logs, formats or commands.
    private static let meaningless: Set<String> = [
        "amp", "angle", "auto_augment", "channels_last", "cls_remap", "compile", "copy_paste_mode", "crop_fraction",
        "deterministic", "device", "dgrad", "dlam", "dlog", "dnn", "dropout", "dynamic", "embed", "erasing", "format",
        "half",
        "int8", "keras", "kobj", "line_width", "mask_ratio", "mode", "nms", "opset", "optimize", "overlap_mask",
        "pose",
        "profile", "quantize", "retina_masks", "rle", "save", "save_conf", "save_crop", "save_dir", "save_frames",
        "save_hybrid",
        "save_json", "save_txt", "session", "show", "show_boxes", "show_conf", "show_labels", "simplify", "source",
        "stream_buffer", "tracker", "verbose", "vid_stride", "visualize", "workspace",
    ]

    /// Keys of a layer table or a data set file, and where they go.
    private static let misplaced: [String: String] = {
        let table = "It belongs to a layer table: name that file with `student: FILE.yaml`"
        let data = "It belongs to a data set file: name that file with `data: FILE.yaml`"
        var result: [String: String] = [:]
        for name in ["backbone", "head", "scales", "depth_multiple", "width_multiple"] { result[name] = table }
        for name in ["nc", "names", "path", "train", "validation", "test", "download"] { result[name] = data }
        return result
    }()

    /// Keys that would change the result, the values with which they do not, and what to do about the others.
    private static let changing: [String: (isNeutral: @Sendable (Node) -> Bool, remedy: String)] = [
        "copy_paste": (isZero, "Set it to 0; it needs polygons, and labels here are boxes"),
        "cutmix": (isZero, "Set it to 0; `mosaic` and `mixup` are supported"),
        "multi_scale": (isZero, "Set it to 0; `scale` varies the size of objects"),
        "cls_pw": (isZero, "Set it to 0; classes are not weighted"),
        "label_smoothing": (isZero, "Set it to 0; the teacher softens the labels"),
        "fl_gamma": (isZero, "Set it to 0; there is no focal loss"),
        "augment": (isZero, "Set it to false; validation sees every image once"),
        "agnostic_nms": (isZero, "Set it to false, or use `single_cls: true`"),
        "classes": ({ $0.list?.isEmpty == true }, "Remove it, and keep only the wanted classes in the labels"),
        "split": ({ $0.text == "val" }, "Set it to val, and name another folder as `val` in the data set file"),
        "task": ({ $0.text == "detect" }, "Set it to detect; other tasks are not trained here"),
        "dis": ({ $0.double == 6 }, "Remove it, and use `lambda_distillation` to weigh the teacher"),
    ]

    private static let isZero: @Sendable (Node) -> Bool = { $0.double == 0 || $0.bool == false }
}
