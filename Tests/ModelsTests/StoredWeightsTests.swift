import Diagnostics
import Documents
import Foundation
import Layers
import Models
import Tensors
import Testing

@Suite struct StoredWeightsTests {
    private let model: Detector

    init() throws {
        model = try Detector(table: LayerTable.named("yolov8p") ?? .yolov8, classNames: ["fire", "smoke"], seed: 3)
    }

    private var state: NamedWeights {
        Dictionary(uniqueKeysWithValues: model.weights.entries.map { ($0.name, ($0.shape, model.weights.read($0))) })
    }

    private func stored(_ weights: NamedWeights) throws -> StoredWeights {
        try StoredWeights(weights, table: model.table, file: "w.pt")
    }

    private func expectWhole(_ stored: StoredWeights, within limit: Float = 0) throws {
        for (name, weight) in state {
            let found = try #require(stored.values[name], "\(name)")
            #expect(found.shape == weight.shape)
            #expect(zip(found.values, weight.values).allSatisfy { abs($0 - $1) <= limit }, "\(name)")
        }
    }

    @Test(arguments: [
        "model.model.", "module.model.", "_orig_mod.model.", "module._orig_mod.model.", "net.", "", "model._orig_mod.",
    ])
    func whateverStandsBeforeTheLayersIsTakenOff(_ prefix: String) throws {
        let renamed = state.map { (prefix + $0.key.dropFirst("model.".count), $0.value) }
        let more: NamedWeights = ["criterion.weight": ([1], [1])]
        let stored = try stored(Dictionary(uniqueKeysWithValues: renamed).merging(more) { $1 })
        try expectWhole(stored)
        let said = prefix.isEmpty ? "the list of layers" : prefix
        #expect(stored.notes.count == 1 && stored.notes[0].contains(said), "\(stored.notes)")
        #expect(try self.stored(state).notes.isEmpty)
    }

    @Test func twoModelsInOneFileAreNoGuess() throws {
        let pairs = ["student.", "teacher."].flatMap { start in state.map { (start + $0.key, $0.value) } }
        let problem = try #require(throws: Problem.self) { try stored(Dictionary(uniqueKeysWithValues: pairs)) }
        #expect(problem.message.contains("student.model.") && problem.message.contains("teacher.model."))
    }

    @Test func aFoldedBatchNormIsUnfoldedWithoutChangingTheAnswer() throws {
        var folded = state
        for entry in model.weights.entries where entry.name.hasSuffix(".bn.weight") {
            let place = entry.name.dropLast(".bn.weight".count)
            func values(_ name: String) -> [Float] { state["\(place).\(name)"]?.values ?? [] }
            let scale = zip(values("bn.weight"), values("bn.running_var")).map { $0 / ($1 + 1e-3).squareRoot() }
            let shift = zip(zip(values("bn.bias"), values("bn.running_mean")), scale).map { $0.0 - $0.1 * $1 }
            let weight = values("conv.weight")
            folded["\(place).conv.weight"]?.values = weight.indices.map {
                weight[$0] * scale[$0 / (weight.count / scale.count)]
            }
            folded["\(place).conv.bias"] = ([shift.count], shift)
            for name in ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"] {
                folded["\(place).bn.\(name)"] = nil
            }
        }
        let stored = try StoredModel(
            table: model.table.document, weights: folded, modules: [:], strides: nil, file: "w.pt")
        #expect(stored.notes.contains { $0.contains("BatchNorm is folded in") })
        let unfolded = try stored.detector(classNames: ["fire", "smoke"], rows: [0: 0, 1: 1])
        #expect(unfolded.weights.entries.map(\.name) == model.weights.entries.map(\.name))
        let image = Activation(Tensor(Shape(1, 64, 64, 3), (0..<64 * 64 * 3).map { Float($0 % 17) / 17 }))
        let (own, other) = (model(image).predictions, unfolded(image).predictions)
        #expect(zip(own.boxes.values, other.boxes.values).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(own.scores.values, other.scores.values).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test(arguments: [("_g", "_v"), (".parametrizations.weight.original0", ".parametrizations.weight.original1")])
    func weightNormIsPutTogether(_ magnitude: String, _ direction: String) throws {
        let name = "model.0.conv.weight"
        let base = magnitude.hasPrefix("_") ? name : String(name.dropLast(".weight".count))
        var parts = state
        let whole = try #require(parts[name])
        parts[name] = nil
        let length = whole.values.count / whole.shape[0]
        let norms = (0..<whole.shape[0]).map { row -> Float in
            whole.values[row * length..<(row + 1) * length].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        parts[base + magnitude] = ([whole.shape[0], 1, 1, 1], norms)
        parts[base + direction] = (whole.shape, whole.values.map { 3 * $0 })
        let stored = try stored(parts)
        try expectWhole(stored, within: 1e-6)
        #expect(stored.notes.contains { $0.contains("weight norm") })
    }

    @Test func masksOfPruningAreAppliedAndOtherPartsRefused() throws {
        let name = "model.0.conv.weight"
        var parts = state
        let whole = try #require(parts[name])
        parts[name] = nil
        parts[name + "_orig"] = whole
        #expect(try #require(throws: Problem.self) { try stored(parts) }.message.contains(name))
        parts[name + "_mask"] = (whole.shape, whole.values.indices.map { Float($0 % 2) })
        let values = try #require(stored(parts).values[name]).values
        #expect(values.indices.allSatisfy { values[$0] == ($0 % 2 == 1 ? whole.values[$0] : 0) })
    }

    @Test func prunedChannelsAreCalledThat() throws {
        var pruned = state
        let whole = try #require(pruned["model.0.conv.weight"])
        let rows = whole.shape[0] - 3
        let count = whole.values.count / whole.shape[0] * rows
        pruned["model.0.conv.weight"] = ([rows] + whole.shape.dropFirst(), Array(whole.values[..<count]))
        let problem = try #require(throws: Problem.self) {
            try model.load(pruned, rows: [0: 0, 1: 1], file: "w.pt")
        }
        #expect(problem.message.contains("model.0.conv.weight has shape [\(rows), 3, 3, 3], the model \(whole.shape)"))
        #expect(problem.message.contains("channels were pruned") && problem.remedy?.contains("pruned") == true)
    }

    @Test func aHeadThatDecodesOtherwiseIsRefused() throws {
        var other = state
        let name = try #require(other.keys.first { $0.hasSuffix("dfl.conv.weight") })
        other[name]?.values[3] = 7
        let problem = try #require(throws: Problem.self) { try model.load(other, rows: [0: 0, 1: 1], file: "w.pt") }
        #expect(problem.message.contains(name))
    }
}
