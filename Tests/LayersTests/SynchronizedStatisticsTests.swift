import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// BatchNorm over the global batch (`sync_bn`): two ranks that exchange sums, against one batch in Double.
@Suite struct SynchronizedStatisticsTests {
    private static let shapes = [Shape(2, 3, 4, 5), Shape(1, 3, 4, 5)]

    /// A rank whose exchanges are known in advance: the k-th one adds what the other rank will say.
    private final class Rank {
        var said: [[Double]] = []
        let weights = Weights()
        private let input: Tensor
        private let block: ConvBlock
        private(set) var toInput: [Float] = []

        init(_ shape: Shape, key: Int) {
            input = Tensor(shape, (0..<shape.count).map { Float(($0 * 7 + key * 3) % 23) / 9 - 1 })
            block = ConvBlock(5, 6, kernel: 3, in: weights.scope)
            weights.seal(seed: 5)
        }

        var map: ReferenceMap { ReferenceMap(input) }

        /// A pass forward and back; the outputs' gradients are those of `functional`.
        func run(hearing others: [[Double]]) -> [Float] {
            said = []
            weights.zeroGradients()
            let tape = Tape { [self] sums in
                said.append(sums)
                if said.count <= others.count {
                    for (i, other) in others[said.count - 1].enumerated() { sums[i] += other }
                }
            }
            let x = Activation(room: input.shape, recordedOn: tape, needsGradient: true)
            x.tensor.copy(from: input)
            let output = block(x)
            let slopes = (0..<output.shape.count).map { Float(slope($0)) }
            output.receive(adding: Tensor(output.shape, slopes))
            tape.backward()
            toInput = x.arrivedGradient?.values ?? []
            return output.tensor.values
        }
    }

    private static func slope(_ i: Int) -> Double { Double(i * 5 % 13) / 6 - 1 }

    @Test func ranksThatExchangeSumsAnswerAsOneBatch() {
        let ranks = Self.shapes.enumerated().map { Rank($1, key: $0) }
        // The sums on the way back depend on the exchange on the way there: learn the exchanges one by one.
        for _ in 0..<2 {
            let heard = ranks.map { $0.said }
            for (rank, other) in zip(ranks, heard.reversed()) { _ = rank.run(hearing: Array(other)) }
        }
        let heard = ranks.map { $0.said }
        let outputs = zip(ranks, heard.reversed()).map { $0.run(hearing: Array($1)) }
        #expect(heard.map(\.count) == [2, 2])

        let counts = ranks.map { $0.map.values.count }
        let inputs = ranks.flatMap { $0.map.values }
        let numbers = Dictionary(
            uniqueKeysWithValues: ranks[0].weights.parameters.map { parameter in
                (parameter.name, UnsafeBufferPointer(start: parameter.values, count: parameter.range.count))
            }
        ).mapValues { $0.map { Double($0) } }
        func formula(_ inputs: [Double], _ numbers: [String: [Double]]) -> ReferenceMap {
            ReferenceMap(3, 3, 4, 5, inputs).block(ReferenceWeights(numbers, usesRunningStatistics: false), kernel: 3)
        }
        let expected = formula(inputs, numbers).values
        #expect(relativeError(outputs.flatMap { $0 }, expected.map { Float($0) }) < 1e-5)

        let first = outputs[0].count
        func functional(_ result: ReferenceMap) -> Double {
            result.values.enumerated().reduce(0) { sum, value in
                sum + value.element * Self.slope(value.offset - (value.offset < first ? 0 : first))
            }
        }
        let toInput = centralDifferences(at: inputs) { functional(formula($0, numbers)) }
        #expect(counts.reduce(0, +) == toInput.count)
        #expect(relativeError(ranks.flatMap(\.toInput), toInput.map { Float($0) }) < 1e-4)
        for parameter in ranks[0].weights.parameters {
            let slopes = centralDifferences(at: numbers[parameter.name] ?? []) { moved in
                functional(formula(inputs, numbers.merging([parameter.name: moved]) { $1 }))
            }
            let sum = parameter.range.map { place in
                ranks.reduce(0) { $0 + $1.weights.gradients.pointer[place] }
            }
            #expect(relativeError(sum, slopes.map { Float($0) }) < 1e-4, "\(parameter.name)")
        }
    }
}
