import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// What a training pass tells the running statistics, and statistics over several shards.
///
/// Source of the rules: Ioffe and Szegedy, arXiv:1502.03167, with the reference's momentum and unbiased variance.
@Suite struct BatchStatisticsTests {
    /// Two layers of one block each, with the inputs of two shards of different size.
    private struct Pair {
        let weights = Weights()
        let blocks: [ConvBlock]
        let shards = [wavyImage(Shape(2, 3, 5, 6)), wavyImage(Shape(1, 4, 3, 6))]

        init() {
            let scope = weights.scope / "model"
            blocks = (0..<2).map { ConvBlock(6, 5, kernel: 3, in: scope / $0) }
            weights.seal(seed: 3)
            for (index, entry) in weights.entries.enumerated() where entry.name.contains("running") {
                weights.write(entry, (0..<entry.count).map { Float($0 + index) / 8 + 0.5 })
            }
        }

        func read(_ name: String) -> [Double] { weights[name].map { weights.read($0).map { Double($0) } } ?? [] }

        /// Mean and unbiased variance of what the convolution of a layer makes of a batch.
        func statistics(layer: Int, _ batch: Tensor) -> (mean: [Double], variance: [Double]) {
            let entry = weights.parameters.first { $0.name == "model.\(layer).conv.weight" }
            let values = entry.map { UnsafeBufferPointer(start: $0.values, count: $0.range.count).map { Double($0) } }
            let map = ReferenceMap(batch).convolved(values ?? [], outputs: 5, kernel: 3)
            let (mean, variance) = map.statistics
            let count = Double(map.pixels)
            return (mean, variance.map { $0 * count / (count - 1) })
        }
    }

    @Test func aStepMovesTheRunningStatisticsByThreeHundredths() {
        let pair = Pair()
        let tape = Tape()
        for block in pair.blocks { _ = block(Activation(pair.shards[0], recordedOn: tape)) }
        let before = (pair.read("model.0.bn.running_mean"), pair.read("model.1.bn.running_var"))
        let version = pair.weights.version
        pair.weights.commitBatchStatistics(pair.weights.gradients, share: 1)
        let expected = (
            zip(before.0, pair.statistics(layer: 0, pair.shards[0]).mean).map { 0.97 * $0 + 0.03 * $1 },
            zip(before.1, pair.statistics(layer: 1, pair.shards[0]).variance).map { 0.97 * $0 + 0.03 * $1 }
        )
        #expect(agree(pair.read("model.0.bn.running_mean"), expected.0))
        #expect(agree(pair.read("model.1.bn.running_var"), expected.1))
        #expect(pair.weights.stepsTracked == 1 && pair.weights.version > version)
    }

    @Test func severalShardsCountEqually() {
        let pair = Pair()
        let sums = FlatBuffer(count: pair.weights.gradients.count)
        for shard in pair.shards {
            _ = pair.blocks[0](Activation(shard, recordedOn: Tape()))
            addValues(sums.pointer, pair.weights.gradients.pointer, count: sums.count)
        }
        let before = pair.read("model.0.bn.running_var")
        pair.weights.commitBatchStatistics(sums, share: 0.5)
        let variances = pair.shards.map { pair.statistics(layer: 0, $0).variance }
        let expected = before.indices.map { 0.97 * before[$0] + 0.03 * (variances[0][$0] + variances[1][$0]) / 2 }
        #expect(agree(pair.read("model.0.bn.running_var"), expected))
    }

    @Test func frozenLayersKeepTheirStatistics() {
        let pair = Pair()
        pair.weights.freeze(layers: [1])
        let tape = Tape()
        for block in pair.blocks { _ = block(Activation(pair.shards[0], recordedOn: tape)) }
        let before = (0..<2).map { pair.read("model.\($0).bn.running_mean") }
        pair.weights.commitBatchStatistics(pair.weights.gradients, share: 1)
        #expect(pair.read("model.0.bn.running_mean") != before[0])
        #expect(pair.read("model.1.bn.running_mean") == before[1])
    }

    @Test func inferenceUsesTheStatisticsOfTheLastStep() {
        let pair = Pair()
        let first = pair.blocks[0](Activation(pair.shards[0])).tensor.values
        _ = pair.blocks[0](Activation(pair.shards[1], recordedOn: Tape()))
        #expect(pair.blocks[0](Activation(pair.shards[0])).tensor.values == first)
        pair.weights.commitBatchStatistics(pair.weights.gradients, share: 1)
        let weights = ReferenceWeights(
            [
                "weight": pair.read("model.0.bn.weight"), "bias": pair.read("model.0.bn.bias"),
                "running_mean": pair.read("model.0.bn.running_mean"),
                "running_var": pair.read("model.0.bn.running_var"),
            ], usesRunningStatistics: true)
        let parameter = pair.weights.parameters[0]
        let convolution = UnsafeBufferPointer(start: parameter.values, count: parameter.range.count)
        let sums = ReferenceMap(pair.shards[0]).convolved(convolution.map { Double($0) }, outputs: 5, kernel: 3)
        let after = pair.blocks[0](Activation(pair.shards[0])).tensor.values
        #expect(agree(after.map { Double($0) }, sums.normalized(weights).silu.values))
        #expect(after != first)
    }
}

private func agree(_ values: [Double], _ expected: [Double]) -> Bool {
    relativeError(values.map { Float($0) }, expected.map { Float($0) }) < 1e-6
}
