import Layers

/// A row of a layer table, built: maps in, one map out.
protocol LayerBlock {
    /// Channels of the result.
    var outputs: Int { get }
    /// Whether the row keeps more for the way back than its inputs and its result.
    var hasInsides: Bool { get }
    /// - Parameter destination: room for the result; fresh when nil.
    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation
}

extension LayerBlock {
    var hasInsides: Bool { true }
}

/// A row of one convolution block.
struct SingleConv: LayerBlock {
    let block: ConvBlock
    var outputs: Int { block.outputs }
    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        block(inputs[0], into: destination)
    }
}

/// A row repeated: each copy takes the result of the one before.
struct Chain: LayerBlock {
    let blocks: [any LayerBlock]
    var outputs: Int { blocks[blocks.count - 1].outputs }
    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        let before = blocks.dropLast().reduce(inputs[0]) { $1([$0], into: nil) }
        return blocks[blocks.count - 1]([before], into: destination)
    }
}

/// A row that enlarges by 2.
struct Enlarging: LayerBlock {
    let outputs: Int
    var hasInsides: Bool { false }
    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        Upsample()(inputs[0], into: destination)
    }
}

/// A row that joins maps.
struct Joining: LayerBlock {
    let outputs: Int
    var hasInsides: Bool { false }
    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        Concatenation()(inputs, into: destination)
    }
}
