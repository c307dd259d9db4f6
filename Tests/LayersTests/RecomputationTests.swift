import Tensors
import TestSupport
import Testing

@testable import Layers

/// Parts of a model that are computed again on the way back: the same numbers, bit for bit.
@Suite struct RecomputationTests {
    /// What a pass forward and back leaves: the result, the gradient to the input, all gradients and statistics.
    private struct Pass: Equatable {
        var output: [Float]
        var toInput: [Float]
        var gradients: [Float]
        /// Sums that were exchanged over ranks.
        var exchanged: [[Double]]
    }

    /// Two parts, the second with a shortcut around a block; each normalises with statistics of the batch.
    private func pass(recomputes: Bool, synchronizes: Bool = false, freezing layers: Set<Int> = []) -> Pass {
        let weights = Weights()
        let blocks = (0..<3).map { ConvBlock($0 == 0 ? 5 : 8, 8, kernel: 3, in: weights.scope / "model" / $0) }
        weights.seal(seed: 1)
        weights.freeze(layers: layers)
        var exchanged: [[Double]] = []
        let synchronize: ((inout [Double]) -> Void)? = synchronizes ? { exchanged.append($0) } : nil
        let tape = Tape(synchronize: synchronize, recomputes: recomputes)
        let x = Activation(room: Shape(2, 6, 5, 5), recordedOn: tape, needsGradient: true)
        x.tensor.copy(from: Tensor(x.shape, (0..<x.shape.count).map { Float($0 * 7 % 23) / 9 - 1 }))
        let middle = recomputing([x]) { blocks[0]($0[0], into: $1) }
        // The result goes into its place of a larger map.
        let room = Activation(room: middle.shape.with(channels: 12), recordedOn: tape)
        let output = recomputing([middle], into: room.channels(2..<10)) { inputs, destination in
            blocks[2](blocks[1](inputs[0]), adding: inputs[0], into: destination)
        }
        let slopes = (0..<output.shape.count).map { Float($0 * 5 % 13) / 6 - 1 }
        output.receive(adding: Tensor(output.shape, slopes))
        tape.backward()
        return Pass(
            output: output.tensor.values, toInput: x.arrivedGradient?.values ?? [],
            gradients: weights.gradients.values, exchanged: exchanged)
    }

    @Test func aPartThatIsComputedTwiceGivesTheSameBits() {
        let kept = pass(recomputes: false)
        #expect(pass(recomputes: true) == kept)
        #expect(kept.toInput.contains { $0 != 0 } && kept.gradients.contains { $0 != 0 })
    }

    @Test func frozenLayersToo() {
        #expect(pass(recomputes: true, freezing: [0]) == pass(recomputes: false, freezing: [0]))
        #expect(pass(recomputes: true, freezing: [1]) == pass(recomputes: false, freezing: [1]))
        #expect(pass(recomputes: true, freezing: [0, 1, 2]) == pass(recomputes: false, freezing: [0, 1, 2]))
    }

    @Test func statisticsAreExchangedOnceAndInTheSameOrder() {
        let kept = pass(recomputes: false, synchronizes: true)
        #expect(kept.exchanged.count == 6)
        #expect(pass(recomputes: true, synchronizes: true) == kept)
    }

    @Test func betweenThePassesOnlyInputAndResultAreKept() {
        weak var inside: Activation?
        let weights = Weights()
        let block = ConvBlock(5, 8, kernel: 3, in: weights.scope)
        weights.seal(seed: 1)
        let tape = Tape(recomputes: true)
        let x = Activation(room: Shape(1, 4, 4, 5), recordedOn: tape, needsGradient: true)
        x.tensor.fill(1)
        let output = recomputing([x]) { inputs, destination in
            let middle = block(inputs[0])
            inside = middle
            return Concatenation()([middle], into: destination)
        }
        #expect(inside == nil)
        output.receive(adding: Tensor(output.shape, repeating: 1))
        tape.backward()
        #expect(inside == nil)
        #expect(x.arrivedGradient != nil)
    }
}
