import Diagnostics
import Documents
import Layers
import Models
import Tensors
import Testing

@Suite struct ModuleCheckTests {
    private let model: Detector

    init() throws {
        model = try Detector(table: LayerTable.named("yolov8p") ?? .yolov8, classNames: ["fire", "smoke"], seed: 3)
    }

    /// The model's own modules, as a file would have them.
    private func modules(of model: Detector) -> NamedModules {
        var all: NamedModules = [:]
        func add(_ module: FieldModule, _ path: String) {
            let pairs = module.attributes.map { ($0.name, $0.value) }
            all[path] = (module.type, Dictionary(uniqueKeysWithValues: pairs))
            for (name, child) in module.children { add(child, "\(path).\(name)") }
        }
        add(model.modules, "model")
        return all
    }

    private func detector(_ modules: NamedModules, strides: [Float] = [8, 16, 32]) throws -> Detector {
        let weights = model.weights.entries.map { ($0.name, (shape: $0.shape, values: model.weights.read($0))) }
        let stored = try StoredModel(
            table: model.table.document, weights: Dictionary(uniqueKeysWithValues: weights), modules: modules,
            strides: strides, file: "m.pt")
        return try stored.detector(classNames: ["fire", "smoke"], rows: [0: 0, 1: 1])
    }

    private func node(_ text: String) throws -> Node { try YAML.parse(text, file: "test") }

    @Test func aModelsOwnModulesAreItsOwn() throws {
        #expect(try detector(modules(of: model)).table.style == ConvStyle())
        #expect(try detector([:]).table.style == ConvStyle())
        // As other releases write the same.
        var same = modules(of: model)
        same["model.9.m"]?.attributes["kernel_size"] = try node("[5, 5]")
        same["model.0.conv"]?.attributes["stride"] = try node("2")
        same["model.10"]?.attributes["scale_factor"] = try node("2")
        same["model.0.bn"]?.type = "torch.nn.modules.batchnorm.SyncBatchNorm"
        same["model.9"]?.attributes = [:]
        #expect(try detector(same).table.style == ConvStyle())
    }

    /// A module, an attribute, another value, and what is said about it.
    @Test(arguments: [
        ("model.0.conv", "padding", "[0, 0]", "model.0.conv with padding [0, 0]"),
        ("model.3.conv", "stride", "[1, 1]", "model.3.conv with stride [1, 1]"),
        ("model.2.m.0.cv1.conv", "dilation", "[2, 2]", "dilation [2, 2]"),
        ("model.2.cv1.conv", "groups", "2", "model.2.cv1.conv with groups 2"),
        ("model.2.cv1.conv", "padding_mode", "circular", "padding_mode circular"),
        ("model.2.cv1.conv", "padding", "same", "padding same"),
        ("model.2.m.0", "add", "false", "model.2.m.0 with add"),
        ("model.4.cv1.bn", "eps", "0.1", "model.4.cv1.bn with eps 0.1"),
        ("model.4.cv1.bn", "momentum", "null", "model.4.cv1.bn with momentum"),
        ("model.4.cv1.bn", "track_running_stats", "false", "track_running_stats"),
        ("model.9.m", "kernel_size", "5", ""), ("model.9.m", "stride", "2", "model.9.m with stride 2"),
        ("model.9.m", "ceil_mode", "true", "ceil_mode true"), ("model.9", "n", "4", "model.9 with n 4"),
        ("model.10", "mode", "bilinear", "model.10 with mode bilinear"),
        ("model.10", "scale_factor", "4.0", "scale_factor 4.0"), ("model.11", "d", "2", "model.11 with d 2"),
        ("model.22", "reg_max", "8", "model.22 with reg_max 8"), ("model.22", "nl", "4", "model.22 with nl 4"),
        ("model.22.dfl", "c1", "8", "model.22.dfl with c1 8"), ("model.11", "f", "[-1, 5]", "model.11 with f [-1, 5]"),
    ])
    func anAttributeThatComputesSomethingElseIsNamed(
        _ path: String, _ key: String, _ value: String, _ words: String
    ) throws {
        var modules = modules(of: model)
        modules[path]?.attributes[key] = try node(value)
        if words.isEmpty { return _ = try detector(modules) }
        let problem = try #require(throws: Problem.self) { try detector(modules) }
        #expect(problem.message.contains(words), "\(problem)")
        #expect(problem.file == "m.pt" && problem.exit == .badData && problem.remedy != nil)
    }

    @Test func otherModulesAreNamed() throws {
        func message(_ change: (inout NamedModules) -> Void) throws -> String {
            var modules = modules(of: model)
            change(&modules)
            return try #require(throws: Problem.self) { try detector(modules) }.message
        }
        #expect(try message { $0["model.2"]?.type = "fork.blocks.C2fAttention" }.contains("C2fAttention as model.2"))
        #expect(try message { $0["model.2.extra"] = ("torch.nn.Dropout", [:]) }.contains("Dropout as model.2.extra"))
        #expect(try message { $0["model.1.act"]?.type = "torch.nn.ReLU" }.contains("ReLU as model.1.act"))
        #expect(try message { $0["model.9.m"] = nil }.contains("no module model.9.m"))
        let strides = try #require(throws: Problem.self) { try detector(modules(of: model), strides: [4, 8, 16]) }
        #expect(strides.message.contains("strides [4.0, 8.0, 16.0]"))
    }

    @Test(
        arguments: [
            ("SiLU", [:], "nn.SiLU()"), ("ReLU", [:], "nn.ReLU()"), ("Identity", [:], "nn.Identity()"),
            ("LeakyReLU", ["negative_slope": 0.1], "nn.LeakyReLU(0.1)"), ("Hardswish", [:], "nn.Hardswish()"),
        ] as [(String, [String: Double], String)])
    func whatOnlyModulesSayIsComputedAndKept(_ name: String, _ attributes: [String: Double], _ spelling: String) throws
    {
        var modules = modules(of: model)
        for path in modules.keys {
            if path.hasSuffix(".act") {
                modules[path] = ("torch.nn.modules.activation.\(name)", attributes.mapValues { Node(.double($0)) })
            } else if path.hasSuffix(".bn") {
                modules[path]?.attributes["eps"] = Node(.double(1e-5))
                modules[path]?.attributes["momentum"] = Node(.double(0.1))
            }
        }
        let other = try detector(modules)
        #expect(other.table.activation == spelling)
        #expect(other.table.style.epsilon == 1e-5 && other.table.style.momentum == 0.1)
        let again = try LayerTable(document: YAML.parse(YAML.text(of: other.table.document), file: "t.yaml"))
        #expect(again == other.table)
        // Large, so that a fresh model's many layers leave more of it than a rounded bias hides.
        let image = Activation(Tensor(Shape(1, 32, 32, 3), repeating: 5000))
        #expect(other(image).scores.tensor.values != model(image).scores.tensor.values)
    }

    @Test func anActivationThatIsNotKnownIsNamed() throws {
        var modules = modules(of: model)
        for path in modules.keys where path.hasSuffix(".act") { modules[path]?.type = "torch.nn.GELU" }
        let problem = try #require(throws: Problem.self) { try detector(modules) }
        #expect(problem.message.contains("GELU") && problem.remedy?.contains("LeakyReLU") == true)
    }

    @Test(arguments: [
        ("nn.SiLU()", "nn.SiLU()"), ("torch.nn.ReLU(inplace=True)", "nn.ReLU()"),
        ("nn.LeakyReLU(0.2, True)", "nn.LeakyReLU(0.2)"), ("nn.LeakyReLU(negative_slope=0.2)", "nn.LeakyReLU(0.2)"),
        ("nn.LeakyReLU()", "nn.LeakyReLU(0.01)"), ("nn.Mish()", nil), ("relu", nil), ("nn.LeakyReLU(x)", nil),
    ])
    func layerTablesNameTheirActivation(_ text: String, _ spelling: String?) throws {
        let document = try node(
            "activation: '\(text)'\nbackbone: [[-1, 1, Conv, [16, 3, 2]]]\nhead: [[[0], 1, Detect, [nc]]]")
        if let spelling {
            #expect(try LayerTable(document: document).activation == spelling)
        } else {
            let problem = try #require(throws: Problem.self) { try LayerTable(document: document) }
            #expect(problem.message.contains(text) && problem.remedy?.contains("Hardswish") == true)
        }
    }
}
