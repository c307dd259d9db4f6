import Diagnostics
import Layers
import Models
import Testing

@Suite struct StoredWeightsTests {
    private static let place = "model.0"

    private var table: LayerTable {
        var table = LayerTable.yolov8
        table.scale = "n"
        return table
    }

    private func weights() throws -> NamedWeights {
        let model = try Detector(table: table, classNames: ["fire"], classWidth: 16)
        return Dictionary(
            uniqueKeysWithValues: model.weights.entries.map { ($0.name, ($0.shape, model.weights.read($0))) })
    }

    @Test func foldedNormalizationIsUnfoldedToOneThatOnlyAddsTheBias() throws {
        var folded = try weights()
        for name in folded.keys where name.hasPrefix(Self.place + ".bn.") { folded[name] = nil }
        let bias = (0..<16).map { Float($0) / 8 }
        folded[Self.place + ".conv.bias"] = ([16], bias)
        let stored = try StoredWeights(folded, table: table, file: "a.pt")
        #expect(stored.values[Self.place + ".bn.weight"]?.values == [Float](repeating: 1, count: 16))
        #expect(stored.values[Self.place + ".bn.bias"]?.values == bias)
        #expect(stored.values[Self.place + ".bn.running_mean"]?.values == [Float](repeating: 0, count: 16))
        #expect(stored.values[Self.place + ".bn.running_var"]?.values == [Float](repeating: 1 - 1e-3, count: 16))
        #expect(stored.values[Self.place + ".conv.bias"] == nil)
        #expect(stored.notes.contains { $0.contains("BatchNorm is folded in") })
    }

    @Test(
        "Names are read with whatever stands before them",
        arguments: ["", "model.model.", "module.model.", "_orig_mod.model."])
    func prefixes(_ prefix: String) throws {
        let own = try weights()
        let renamed = Dictionary(
            uniqueKeysWithValues: own.map { (prefix + $0.key.dropFirst("model.".count), $0.value) })
        let stored = try StoredWeights(renamed, table: table, file: "a.pt")
        #expect(Set(stored.values.keys) == Set(own.keys))
        #expect(stored.notes.count == 1)
    }

    @Test func twoModelsInOneFileAreRefused() throws {
        let own = try weights()
        var both: NamedWeights = [:]
        for (name, weight) in own {
            both["student." + name] = weight
            both["teacher." + name] = weight
        }
        let problem = try #require(throws: Problem.self) { try StoredWeights(both, table: table, file: "a.pt") }
        #expect(problem.message.contains("two models") && problem.remedy != nil)
    }

    @Test func masksOfPruningAndWeightNormsArePutTogether() throws {
        var parts = try weights()
        let name = Self.place + ".conv.weight"
        let whole = try #require(parts.removeValue(forKey: name))
        let mask = whole.values.indices.map { Float($0 % 2) }
        parts[name + "_orig"] = whole
        parts[name + "_mask"] = (whole.shape, mask)
        let masked = try StoredWeights(parts, table: table, file: "a.pt")
        #expect(masked.values[name]?.values == zip(whole.values, mask).map { $0 * $1 })

        parts[name + "_orig"] = nil
        parts[name + "_mask"] = nil
        let length = whole.values.count / 16
        parts[name + "_v"] = (whole.shape, whole.values)
        parts[name + "_g"] = ([16, 1, 1, 1], [Float](repeating: 2, count: 16))
        let normed = try #require(try StoredWeights(parts, table: table, file: "a.pt").values[name]).values
        let square = normed[0..<length].reduce(0) { $0 + $1 * $1 }
        #expect(abs(square - 4) < 1e-4)

        parts[name + "_g"] = nil
        parts[name + "_v"] = nil
        parts[name + "_orig"] = whole
        let problem = try #require(throws: Problem.self) { try StoredWeights(parts, table: table, file: "a.pt") }
        #expect(problem.message.contains(name))
    }
}
