import Diagnostics
import Testing

@testable import Checkpoints
@testable import TestSupport

@Suite struct TorchCheckpointTests {
    private static func module(
        _ name: String, parameters: [(String, PickleText)] = [], buffers: [(String, PickleText)] = [],
        modules: [(String, PickleText)] = [], _ more: [(String, PickleText)] = []
    ) -> PickleText {
        .object(
            "ultralytics.nn.modules.conv", name,
            [
                ("training", .bool(false)), ("_parameters", .dictionary(parameters)),
                ("_buffers", .dictionary(buffers)),
                ("_non_persistent_buffers_set", .call(.global("__builtin__", "set"), [.list([.string("passing")])])),
                ("_modules", .dictionary(modules)),
            ] + more)
    }

    private static func parameter(_ tensor: PickleText) -> PickleText {
        .call(
            .global("torch._utils", "_rebuild_parameter"),
            [tensor, .bool(false), .call(.global("collections", "OrderedDict"), [])])
    }

    /// A model of two layers with a tensor of each kind.
    static let model: PickleText = {
        let convolution = module(
            "Conv2d",
            parameters: [
                ("weight", parameter(.tensor("0", [2, 3], strides: [1, 2], count: 6))), ("bias", .none),
            ])
        let norm = module(
            "BatchNorm2d", parameters: [("weight", parameter(.tensor("1", [2], storage: "HalfStorage")))],
            buffers: [
                ("running_mean", .tensor("2", [2], storage: "BFloat16Storage")),
                ("running_var", .tensor("3", [2], storage: "DoubleStorage")),
                ("num_batches_tracked", .tensor("4", [], storage: "LongStorage")), ("passing", .tensor("0", [1])),
            ])
        let first = module("Conv", modules: [("conv", convolution), ("bn", norm), ("act", module("SiLU"))])
        let second = module("Linear", parameters: [("weight", parameter(.tensor("0", [2], offset: 4, count: 6)))])
        return module(
            "DetectionModel", modules: [("model", module("Sequential", modules: [("0", first), ("1", second)]))],
            [
                (
                    "yaml",
                    .dictionary([
                        ("nc", .int(2)),
                        (
                            "backbone",
                            .list([.list([.int(-1), .int(1), .string("Conv"), .list([.int(64), .double(0.5)])])])
                        ), ("scale", .string("n")),
                    ])
                ), ("names", .numbered([(1, .string("smoke")), (0, .string("fire"))])),
                ("stride", .tensor("5", [3])),
            ])
    }()

    static let storages: [(String, [UInt8])] = [
        ("0", raw([Float(1), 2, 3, 4, 5, 6])), ("1", raw([UInt16(0x3C00), 0xC000])),
        ("2", raw([UInt16(0x3F80), 0x4000])), ("3", raw([0.25, -8.0])), ("4", raw([Int64(17)])),
        ("5", raw([Float(8), 16, 32])),
    ]

    static func zip(_ root: PickleText) -> ZipText { .checkpoint(root, storages: storages) }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ zip: ZipText) throws -> TorchCheckpoint {
        try TorchCheckpoint(contentsOf: folder.file("model.pt", zip.bytes))
    }

    private func expectSample(_ checkpoint: TorchCheckpoint) {
        #expect(
            checkpoint.weights.map(\.name) == [
                "model.0.conv.weight", "model.0.bn.weight", "model.0.bn.running_mean", "model.0.bn.running_var",
                "model.0.bn.num_batches_tracked", "model.1.weight",
            ])
        let expected: [Weight] = [
            Weight(shape: [2, 3], values: [1, 3, 5, 2, 4, 6]), Weight(shape: [2], values: [1, -2]),
            Weight(shape: [2], values: [1, 2]), Weight(shape: [2], values: [0.25, -8]), Weight(shape: [], values: [17]),
            Weight(shape: [2], values: [5, 6]),
        ]
        #expect(checkpoint.weights.map(\.weight.shape) == expected.map(\.shape))
        #expect(checkpoint.weights.map(\.weight.values) == expected.map(\.values))
    }

    @Test func aModelIsReadWithEverythingItSaysAboutItself() throws {
        let root = PickleText.dictionary([
            ("epoch", .int(3)), ("model", .none), ("ema", Self.model),
            ("optimizer", .dictionary([("state", .dictionary([]))])),
            (
                "train_args",
                .dictionary([
                    ("lr0", .double(0.01)),
                    ("data", .call(.global("pathlib", "PosixPath"), [.string("a"), .string("b")])),
                ])
            ),
        ])
        let checkpoint = try read(Self.zip(root))
        expectSample(checkpoint)
        #expect(checkpoint.table?["nc"]?.int == 2)
        #expect(checkpoint.table?["backbone"]?.list?.first?.list?[3].list?[1].double == 0.5)
        #expect(checkpoint.names == [0: "fire", 1: "smoke"] && checkpoint.classCount == 2)
        #expect(checkpoint.strides == [8, 16, 32])
        #expect(checkpoint.record.arguments?["data"]?.string == "a/b")
        #expect(checkpoint.epoch == 3 && !checkpoint.isStripped)
    }

    @Test func theModelIsFoundWhereverCheckpointsKeepIt() throws {
        let wrapped = Self.module(
            "DistillationModel", modules: [("teacher_model", .none), ("student_model", Self.model)])
        for root in [
            .dictionary([("model", Self.model), ("ema", .none), ("epoch", .int(-1))]), Self.model,
            .dictionary([("ema", wrapped), ("model", .none)]),
            .dictionary([("model", Self.module("DataParallel", modules: [("module", Self.model)]))]),
        ] {
            let checkpoint = try read(Self.zip(root))
            expectSample(checkpoint)
            #expect(checkpoint.isStripped && checkpoint.epoch == nil)
        }
    }

    @Test func modulesSayWhatTheyAre() throws {
        let convolution = Self.module(
            "Conv2d", parameters: [("weight", .tensor("0", [6]))],
            [
                ("stride", .tuple([.int(2), .int(2)])), ("padding_mode", .string("zeros")), ("bias", .none),
                ("_hidden", .int(1)), ("hook", Self.module("Hook")),
                ("long", .list([PickleText](repeating: .none, count: 9))),
            ])
        let model = Self.module(
            "DetectionModel", modules: [("model", Self.module("Sequential", modules: [("0", convolution)]))])
        let modules = try read(Self.zip(.dictionary([("model", model)]))).modules
        #expect(modules.keys.sorted() == ["model", "model.0"])
        let first = try #require(modules["model.0"])
        #expect(first.type == "ultralytics.nn.modules.conv.Conv2d")
        #expect(first.attributes.keys.sorted() == ["bias", "padding_mode", "stride", "training"])
        #expect(first.attributes["stride"]?.list?.map(\.int) == [2, 2])
    }

    @Test func whatIsNoPlainTensorIsNamed() throws {
        let made = PickleText.call(.global("torch._utils", "_rebuild_qtensor"), [.none])
        let model = Self.module(
            "DetectionModel", modules: [("model", Self.module("Sequential", parameters: [("weight", made)]))])
        let problem = try #require(throws: Problem.self) { try read(Self.zip(.dictionary([("model", model)]))) }
        #expect(problem.message.contains("model.weight") && problem.message.contains("_rebuild_qtensor"))
    }

    @Test func classNamesOfAnyTypeAreAsPythonPrintsThem() throws {
        let names = PickleText.list([.bool(false), .int(7), .double(1.5), .none, .string("fire")])
        let inner = Self.module("Sequential", parameters: [("weight", .tensor("0", [6]))])
        let model = Self.module("DetectionModel", modules: [("model", inner)], [("names", names)])
        let checkpoint = try read(Self.zip(.dictionary([("model", model)])))
        #expect(checkpoint.names == [0: "False", 1: "7", 2: "1.5", 3: "None", 4: "fire"])
    }

    @Test func plainStateDictionariesAreRead() throws {
        let state = PickleText.dictionary([
            ("module.b", .tensor("0", [3, 2])), ("module.a", .tensor("1", [2], storage: "HalfStorage")),
        ])
        for root in [state, .dictionary([("state_dict", state)]), .dictionary([("model", state)])] {
            let checkpoint = try read(Self.zip(root))
            #expect(checkpoint.weights.map(\.name) == ["module.b", "module.a"])
            #expect(checkpoint.weights[0].weight == Weight(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]))
            #expect(checkpoint.table == nil)
        }
    }

    @Test func aTensorWithoutElementsMayHaveAnyOtherSizes() throws {
        let state = PickleText.dictionary([
            ("a", .tensor("0", [.max, 2, 0], count: 6)), ("b", .tensor("0", [2], count: 6)),
        ])
        let weights = try read(Self.zip(state)).weights.map(\.weight)
        #expect(weights == [Weight(shape: [.max, 2, 0], values: []), Weight(shape: [2], values: [1, 2])])
    }

    @Test func classesThatAreNamedHaveRows() throws {
        let names = ["fire", "smoke"]
        for (rows, fits) in [(1, false), (2, true), (3, true)] {
            let tensors = SafeTensors(
                entries: ["model.22.cv3.1.2.bias": .init(floats: [Float](repeating: 0, count: rows), shape: [rows])],
                metadata: ModelFile.metadata(table: nil, names: names, strides: nil))
            let path = try folder.file("model.safetensors", tensors.serialized())
            if fits {
                #expect(try ModelFile.read(path).names == names)
            } else {
                let problem = try #require(throws: Problem.self) { try ModelFile.read(path) }
                #expect(problem.message == "has 2 class names but 1 class rows" && problem.file == path)
                #expect(problem.remedy != nil && problem.exit == .badData)
            }
        }
    }

    @Test func deflatedEntriesAndSixtyFourBitSizesAreRead() throws {
        var zip = Self.zip(.dictionary([("model", Self.model)]))
        for index in zip.entries.indices { zip.entries[index].isDeflated = index % 2 == 0 }
        expectSample(try read(zip))
        for index in zip.entries.indices { zip.entries[index].isZip64 = true }
        expectSample(try read(zip))
    }

    @Test func sharedStoragesEmptyTensorsAndStretchedOnesAreRead() throws {
        let root = PickleText.dictionary([
            ("stretched", .tensor("0", [2, 2], strides: [0, 1], count: 6)),
            ("empty", .tensor("0", [0, 9], count: 0)), ("same", .tensor("0", [1], offset: 5, count: 6)),
        ])
        let weights = try read(Self.zip(root)).weights
        #expect(weights.map(\.weight.values) == [[1, 2, 1, 2], [], [6]])
    }

    @Test func safetensorsModelsKeepTableAndNames() throws {
        let pt = try ModelFile.read(folder.file("model.pt", Self.zip(.dictionary([("model", Self.model)])).bytes))
        var names = try #require(pt.names)
        names[1] = "smoke \"é\" 🔥 \u{7F}\n"
        let tensors = SafeTensors(
            entries: pt.weights.mapValues { .init(floats: $0.values, shape: $0.shape) },
            metadata: ModelFile.metadata(table: pt.table, names: names, strides: pt.strides))
        let read = try ModelFile.read(folder.file("model.pt", try tensors.serialized()))
        #expect(read.weights.mapValues(\.values) == pt.weights.mapValues(\.values))
        #expect(read.weightNames == pt.weightNames.sorted())
        #expect(read.table == pt.table && read.names == names && read.strides == pt.strides)
    }
}
