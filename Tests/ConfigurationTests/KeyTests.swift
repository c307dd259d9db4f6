import Configuration
import Diagnostics
import Documents
import Testing

@Suite struct KeyTests {
    /// For every key a value that is not the default: as a user writes it, and as `args.yaml` has it.
    static let samples: [(key: String, written: String, kept: String)] = [
        ("teacher", "/t/best.pt", "/t/best.pt"), ("student", "yolov8s", "yolov8s"), ("pretrained", "/p.pt", "/p.pt"),
        ("distillation_dataset", "/d/set", "/d/set"), ("data", "/d/a.yaml", "/d/a.yaml"),
        ("imgsz", "[320, 64]", "[320, 64]"),
        ("fraction", "0.5", "0.5"), ("single_cls", "yes", "true"), ("cache", "true", "ram"), ("workers", "3", "3"),
        ("epochs", "7", "7"), ("patience", "0", "0"), ("time", "1.5", "1.5"), ("seed", "9", "9"), ("batch", "4", "4"),
        ("nbs", "16", "16"), ("shards", "4", "4"), ("batch_scaling", "Strong", "strong"),
        ("lr_scaling", "none", "none"),
        ("sync_bn", "true", "true"), ("gradient_compression", "bf16", "bf16"),
        ("optimizer", "adamw", "AdamW"), ("lr0", "1e-3", "0.001"), ("lrf", "1", "1.0"),
        ("momentum", "0.9", "0.9"), ("weight_decay", "0", "0.0"), ("warmup_epochs", "1", "1.0"),
        ("warmup_momentum", "0.5", "0.5"), ("warmup_bias_lr", "0.0", "0.0"), ("cos_lr", "on", "true"),
        ("clip", "5", "5.0"),
        ("freeze", "3", "[0, 1, 2]"), ("box", "1", "1.0"), ("cls", "1", "1.0"), ("dfl", "1", "1.0"),
        ("lambda_detection", "1", "1.0"), ("lambda_distillation", "3", "3.0"), ("lambda_dist_ciou", "2", "2.0"),
        ("lambda_dist_kl", "2", "2.0"), ("temperature", "4", "4.0"), ("top_k", "0", "0"),
        ("class_distribution", "sigmoid", "sigmoid"), ("mosaic", "0", "0.0"), ("close_mosaic", "0", "0"),
        ("degrees", "5", "5.0"),
        ("translate", "0", "0.0"), ("scale", "0.9", "0.9"), ("shear", "2", "2.0"), ("perspective", "1e-5", "1.0e-05"),
        ("mixup", "0.1", "0.1"), ("hsv_h", "0", "0.0"), ("hsv_s", "0", "0.0"), ("hsv_v", "0", "0.0"),
        ("flipud", "1", "1.0"),
        ("fliplr", "0", "0.0"), ("bgr", "0.5", "0.5"), ("val", "false", "false"), ("conf", "0.01", "0.01"),
        ("iou", "0.6", "0.6"), ("max_det", "10", "10"), ("rect", "false", "false"),
        ("fitness_weights", "[0, 0, 0, 1]", "[0.0, 0.0, 0.0, 1.0]"), ("compat", "8.3", "\"8.3\""),
        ("project", "out", "out"),
        ("name", "no", "\"no\""), ("exist_ok", "true", "true"), ("registry", "/r", "/r"), ("registry_keep", "3", "3"),
        ("save_period", "5", "5"),
        ("resume", "true", "true"), ("log_every", "batch", "batch"), ("debug", "true", "true"),
        ("plots", "false", "false"), ("threads", "2", "2"),
        ("convolutions", "fixed", "fixed"),
        ("checkpoint_activations", "true", "true"),
    ]

    private func value(_ key: String, _ recipe: Recipe) -> String {
        String(YAML.text(of: RecipeKeys.key(key)!.value(in: recipe)).dropLast())
    }

    /// Only the key itself may differ from the defaults.
    private func expectOnly(_ key: String, _ kept: String, _ recipe: Recipe) {
        for other in RecipeKeys.all {
            let expected = other.name == key ? kept : value(other.name, Recipe())
            #expect(value(other.name, recipe) == expected, "\(key) and \(other.name)")
        }
    }

    @Test func everyFieldHasItsKeyAndASample() {
        let fields = Mirror(reflecting: Recipe()).children.map { child in
            child.label!.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
        }
        #expect(Set(fields) == Set(RecipeKeys.all.map(\.name)))
        #expect(Self.samples.map(\.key) == RecipeKeys.all.map(\.name))
        #expect(Self.samples.allSatisfy { $0.kept != value($0.key, Recipe()) })
    }

    @Test func everyKeyIsSetByFile() throws {
        let folder = try Folder()
        for sample in Self.samples {
            try folder.write("c.yaml", "\(sample.key): \(sample.written)\n")
            let reading = try folder.read()
            expectOnly(sample.key, sample.kept, reading.recipe)
            #expect(reading.origins.mapValues(\.description) == [sample.key: "c.yaml:1:\(sample.key.count + 3)"])
        }
    }

    @Test func everyKeyIsSetByWord() throws {
        let folder = try Folder()
        for sample in Self.samples {
            let word = "\(sample.key)=\(sample.written)"
            let reading = try folder.read(nil, word)
            expectOnly(sample.key, sample.kept, reading.recipe)
            #expect(reading.origins.mapValues(\.description) == [sample.key: "command line: \(word)"])
        }
    }

    @Test func everyAliasMeansItsKey() throws {
        for key in RecipeKeys.all {
            let sample = Self.samples.first { $0.key == key.name }!
            for alias in key.aliases { expectOnly(key.name, sample.kept, try recipe("\(alias): \(sample.written)")) }
        }
    }

    @Test func defaultsAreTheOnesOfTheRecipe() throws {
        #expect(try Folder().read(nil).recipe == Recipe())
        #expect(try recipe("") == Recipe())
        #expect(try recipe("# nothing") == Recipe())
    }

    @Test(arguments: [
        "teacher", "student", "time", "freeze", "lr_scaling", "conf", "project", "name", "pretrained", "resume",
    ])
    func emptyValuesMeanTheDefaultWhereThereIsOne(key: String) throws {
        #expect(try recipe("\(key):") == Recipe())
        if key != "lr_scaling" { #expect(try recipe("\(key): None") == Recipe()) }
        #expect(try Folder().read(nil, "\(key)=").recipe == Recipe())
    }

    @Test(arguments: [
        ("imgsz: 320", "320"), ("freeze: [5, 1, 5]", "[1, 5]"), ("freeze: []", "null"), ("cache: ram", "ram"),
        ("cache: RAM", "ram"), ("cache: false", "false"), ("compat: '8.3'", "\"8.3\""), ("compat: current", "current"),
        ("optimizer: sgd", "SGD"), ("optimizer: AUTO", "auto"), ("resume: /a/last.pt", "/a/last.pt"),
        ("resume: no", "false"),
        ("pretrained: true", "null"), ("name: 8", "\"8\""), ("name: 2024-01-01", "\"2024-01-01\""),
        ("lr_scaling: sqrt", "sqrt"),
        ("project: 'a b'", "a b"), ("seed: 9223372036854775807", "9223372036854775807"), ("save_period: -1", "-1"),
        ("lr0: 1e-05", "1.0e-05"), ("warmup_epochs: 0.5", "0.5"),
    ])
    func otherFormsOfValuesAreRead(text: String, kept: String) throws {
        #expect(try value(String(text.prefix { $0 != ":" }), recipe(text)) == kept)
    }

    @Test func helpNamesEveryKeyDefaultAndRange() {
        for key in RecipeKeys.all {
            #expect(RecipeKeys.help.contains("\n\(key.name) "))
            #expect(RecipeKeys.markdown.contains("\n| `\(key.name)`"))
            #expect(RecipeKeys.help.contains(key.allowed) && RecipeKeys.help.contains(key.help))
        }
        #expect(RecipeKeys.help.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(RecipeKeys.help.contains("a number above 0 and up to 1; default 0.01"))
    }

    @Test func rangesHoldTheirEndsAndNotMore() throws {
        let good = [
            "epochs: 1", "fraction: 1", "lr0: 1", "lrf: 0", "iou: 1", "batch: 65536", "temperature: 0.01",
            "imgsz: 8192", "epochs: 1.0", "top_k: 1e2",
        ]
        for text in good { #expect(try problem(text) == nil, "\(text)") }
        let bad = [
            "epochs: 0", "epochs: 1.5", "fraction: 0", "fraction: 1.0001", "lr0: 0", "lrf: -0.1", "momentum: 1",
            "batch: 65537",
            "temperature: 0", "seed: -1", "scale: 1", "lr0: .nan", "clip: .inf", "conf: 1.5", "max_det: 0", "imgsz: 0",
            "imgsz: 8193", "imgsz: [64, 64, 64]", "imgsz: []", "freeze: -1", "freeze: [1, -1]", "save_period: -2",
            "fitness_weights: [0, 0, 0, 0]", "fitness_weights: [1, 1, 1]", "fitness_weights: [1, 1, 1, -1]", "val: 1",
            "workers: 257", "threads: -1", "top_k: 1e-2", "name: [a]", "project: {a: b}", "teacher: [x]",
            "data: \"a\\0b\"",
            "name: \"\\x1b[31m\"", "name: \"\\u007f\"",
        ]
        for text in bad { #expect(try problem(text) != nil, "\(text)") }
    }
}
