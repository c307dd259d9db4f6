import Layers
import ReferenceOps
import Tensors

/// A block beside the formula that it stands for, with random inputs and weights.
///
/// What is derived is a random linear function of the outputs.
public struct BlockCheck {
    /// Maps in, maps out.
    public typealias Block = ([Activation]) -> [Activation]
    /// The same in Double, with the numbers of the block.
    public typealias Formula = ([ReferenceMap], ReferenceWeights) -> [ReferenceMap]

    /// The numbers of the block.
    public let weights: Weights
    private let block: Block
    private let formula: Formula
    private let inputs: [Tensor]

    /// The block that `build` makes as layer 0 of a model.
    public init(inputs: [Shape], build: (WeightScope) -> Block, formula: @escaping Formula) {
        let weights = Weights()
        let block = build(weights.scope / "model" / 0)
        weights.seal(seed: 0)
        self.init(inputs: inputs, weights: weights, block: block) { formula($0, $1 / "model" / 0) }
    }

    /// A block whose weights are given; they are filled with random numbers.
    public init(inputs: [Shape], weights: Weights, block: @escaping Block, formula: @escaping Formula) {
        self.weights = weights
        self.block = block
        self.formula = formula
        self.inputs = inputs.enumerated().map { index, shape in
            Tensor(shape, randomNumbers(shape.count, key: index).map { Float($0) })
        }
        fillWithRandomNumbers(weights)
    }

    /// What another formula makes of the block's inputs and weights.
    public func evaluate(_ formula: Formula) -> [ReferenceMap] {
        formula(inputs.map { ReferenceMap($0) }, ReferenceWeights(numbers, usesRunningStatistics: false))
    }

    /// Relative error of the outputs of a training pass, against the formula.
    public func trainingError() -> Double {
        let outputs = trained().outputs
        return error(of: outputs, against: expectedOutputs(numbers))
    }

    /// Relative error of the outputs of inference, which normalises with the running statistics.
    public func inferenceError() -> Double {
        let outputs = block(inputs.map { Activation($0) }).map(\.tensor)
        let numbers = ReferenceWeights(numbers, usesRunningStatistics: true)
        return error(of: outputs, against: formula(inputs.map { ReferenceMap($0) }, numbers))
    }

    /// Errors of the gradients to every input and parameter, each against central differences.
    ///
    /// - Parameter directions: compares slopes along that many random directions instead of coordinate by coordinate.
    public func gradients(along directions: Int? = nil) -> [GradientError] {
        let pass = trained()
        let ours = pass.toInputs + weights.parameters.filter { !$0.isFrozen }.map(\.currentGradient)
        let (variables, point) = (variables, numbers)
        return zip(variables, ours).map { variable, gradient in
            func value(_ moved: [Double]) -> Double {
                let outputs = expectedOutputs(point.merging([variable.name: moved]) { $1 })
                return zip(outputs, pass.weighting).reduce(0) { sum, pair in
                    sum + zip(pair.0.values, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
                }
            }
            let error =
                if let directions {
                    slopeError(gradient, at: variable.values, directions, value)
                } else {
                    gradientError(gradient, centralDifferences(at: variable.values, value))
                }
            return GradientError(name: variable.name, error: error)
        }
    }

    private func inputName(_ index: Int) -> String { "input \(index)" }

    /// Everything the outputs are derived by: inputs, then parameters that are not frozen.
    private var variables: [(name: String, values: [Double])] {
        let trained = weights.parameters.filter { !$0.isFrozen }.map(\.name)
        return (inputs.indices.map(inputName) + trained).map { ($0, numbers[$0] ?? []) }
    }

    private func expectedOutputs(_ numbers: [String: [Double]]) -> [ReferenceMap] {
        let maps = inputs.enumerated().map { ReferenceMap($1.shape, numbers[inputName($0)] ?? []) }
        let isFrozen = weights.parameters.allSatisfy(\.isFrozen)
        return formula(maps, ReferenceWeights(numbers, usesRunningStatistics: isFrozen))
    }

    /// All inputs, parameters and statistics by name.
    private var numbers: [String: [Double]] {
        var numbers: [String: [Double]] = [:]
        for (index, input) in inputs.enumerated() { numbers[inputName(index)] = input.values.map { Double($0) } }
        for entry in weights.entries {
            switch entry.content {
            case .parameter(let parameter): numbers[entry.name] = parameter.currentValues
            case .statistic(let statistic): numbers[entry.name] = statistic.values.map { Double($0) }
            case .counter, .constant: break
            }
        }
        return numbers
    }

    /// One pass forward and back; parameters' gradients are in the weights afterwards.
    private func trained() -> (outputs: [Tensor], weighting: [[Double]], toInputs: [[Double]]) {
        weights.zeroGradients()
        let tape = Tape()
        let activations = inputs.map { tensor in
            let activation = Activation(room: tensor.shape, recordedOn: tape, needsGradient: true)
            activation.tensor.copy(from: tensor)
            return activation
        }
        let outputs = block(activations)
        let weighting = outputs.enumerated().map { randomNumbers($1.shape.count, key: 100 + $0) }
        for (output, numbers) in zip(outputs, weighting) {
            output.receive(adding: Tensor(output.shape, numbers.map { Float($0) }))
        }
        tape.backward()
        let toInputs = activations.map { ($0.arrivedGradient?.values ?? []).map { Double($0) } }
        return (outputs.map(\.tensor), weighting, toInputs)
    }
}

/// How far a gradient is from the central differences.
public struct GradientError: CustomStringConvertible {
    /// Of the input or parameter.
    public let name: String
    /// Relative to the norm of the gradient, or to a thousandth per value where that is more.
    public let error: Double

    /// Name and error.
    public var description: String { "\(name): \(error)" }
}

/// Every number is one that a `Float` can hold.
private func randomNumbers(_ count: Int, key: Int) -> [Double] {
    var stream = RandomStream(count, key)
    return (0..<count).map { _ in Double(Float(stream.uniform(-1, 1))) }
}

private func fillWithRandomNumbers(_ weights: Weights) {
    for (index, entry) in weights.entries.enumerated() {
        let random = randomNumbers(entry.count, key: 1000 + index)
        let isSpread = entry.name.hasSuffix("bn.weight") || entry.name.hasSuffix("running_var")
        let fanIn = Double(entry.shape.dropFirst().reduce(1, *))
        let scale = entry.shape.count == 4 ? (3 / fanIn).squareRoot() : 0.5
        weights.write(entry, random.map { Float((isSpread ? 1 : 0) + scale * $0) })
    }
}

private func error(of outputs: [Tensor], against expected: [ReferenceMap]) -> Double {
    relativeError(outputs.flatMap(\.values), expected.flatMap { $0.values.map { Float($0) } })
}

private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

private func gradientError(_ gradient: [Double], _ expected: [Double]) -> Double {
    guard gradient.count == expected.count else { return .infinity }
    let floor = 1e-3 * Double(expected.count).squareRoot()
    return norm(zip(gradient, expected).map { $0 - $1 }) / max(norm(expected), floor)
}

/// Largest error of the slope along unit vectors, relative to the slope that a random one has on average.
private func slopeError(
    _ gradient: [Double], at point: [Double], _ directions: Int, _ function: ([Double]) -> Double
) -> Double {
    guard gradient.count == point.count else { return .infinity }
    let typical = max(norm(gradient) / Double(point.count).squareRoot(), 1e-3)
    return (0..<directions).map { index in
        let random = randomNumbers(point.count, key: 10_000 + index)
        let length = norm(random)
        let direction = random.map { $0 / length }
        let slope = centralDifferences(at: [0]) { moved in
            function(zip(point, direction).map { $0 + moved[0] * $1 })
        }
        return abs(zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 } - slope[0]) / typical
    }.max() ?? 0
}

extension Parameter {
    fileprivate var currentValues: [Double] {
        UnsafeBufferPointer(start: values, count: range.count).map { Double($0) }
    }
    fileprivate var currentGradient: [Double] {
        UnsafeBufferPointer(start: gradient, count: range.count).map { Double($0) }
    }
}

extension ReferenceMap {
    /// Values of a tensor of this shape.
    public init(_ shape: Shape, _ values: [Double]) {
        self.init(shape.n, shape.height, shape.width, shape.channels, values)
    }

    /// A tensor's values.
    public init(_ tensor: Tensor) { self.init(tensor.shape, tensor.values.map { Double($0) }) }
}
