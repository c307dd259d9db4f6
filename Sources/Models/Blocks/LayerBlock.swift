import Layers

/// A row of a layer table, built: maps in, one map out.
protocol LayerBlock {
    /// Channels of the result.
    var outputs: Int { get }
    func callAsFunction(_ inputs: [Activation]) -> Activation
}

/// A row of one convolution block.
struct SingleConv: LayerBlock {
    let block: ConvBlock
    var outputs: Int { block.outputs }
    func callAsFunction(_ inputs: [Activation]) -> Activation { block(inputs[0]) }
}

/// A row repeated: each copy takes the result of the one before.
struct Chain: LayerBlock {
    let blocks: [any LayerBlock]
    var outputs: Int { blocks[blocks.count - 1].outputs }
    func callAsFunction(_ inputs: [Activation]) -> Activation {
        blocks.reduce(inputs[0]) { $1([$0]) }
    }
}

/// A row that enlarges by 2.
struct Enlarging: LayerBlock {
    let outputs: Int
    func callAsFunction(_ inputs: [Activation]) -> Activation { Upsample()(inputs[0]) }
}

/// A row that joins maps.
struct Joining: LayerBlock {
    let outputs: Int
    func callAsFunction(_ inputs: [Activation]) -> Activation { Concatenation()(inputs) }
}
