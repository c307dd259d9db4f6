import Layers
import Tensors

/// Where the results of a model's rows are put, and how long they are kept; known before any image.
///
/// A row whose result is joined with others writes it into its channels of the joined map, which makes the joining free.
struct MapPlan {
    /// A row's place in a joined map.
    private struct Place {
        var join: Int
        var channels: Range<Int>
    }

    private var places: [Int: Place] = [:]
    /// Row after which a row's result is not needed any more; −1 stands for the input.
    private var lastUses: [Int: Int] = [:]
    private let channels: [Int]
    private let strides: [Int]
    /// Rows whose insides are computed twice where memory is to be saved.
    private let recomputed: [Bool]

    /// - Parameter builder: with all rows built; the last sources are the head's.
    init(_ builder: LayerBuilder) {
        channels = builder.channels
        strides = builder.strides
        recomputed = builder.blocks.enumerated().map { row, block in
            block.hasInsides && MapPlan.isWorthRecomputing(stride: builder.strides[row], of: builder.strides)
        }
        for (row, sources) in builder.sources.enumerated() {
            for source in sources { lastUses[source] = row }
            if row < builder.blocks.count, builder.blocks[row] is Joining { join(sources, at: row) }
        }
    }

    /// A result that several rows join has its place in the first; the others copy it.
    private mutating func join(_ sources: [Int], at row: Int) {
        var start = 0
        for source in sources where source >= 0 {
            let range = start..<start + channels[source]
            start = range.upperBound
            if places[source] == nil { places[source] = Place(join: row, channels: range) }
        }
    }

    /// The room for a row's result in a pass over `x`, nil for fresh room.
    ///
    /// - Parameter joined: maps that rows of this pass have written parts of, by the row that joins them.
    func room(for row: Int, of x: Activation, joined: inout [Int: Activation]) -> Activation? {
        if let whole = joined.removeValue(forKey: row) { return whole }
        guard let place = places[row] else { return nil }
        let stride = strides[place.join]
        let shape = Shape(x.shape.n, x.shape.height / stride, x.shape.width / stride, channels[place.join])
        let whole = joined[place.join] ?? Activation(room: shape, recordedOn: x.tape)
        joined[place.join] = whole
        return whole.channels(place.channels)
    }

    /// Maps of the largest stride take as much arithmetic as finer ones, and a small part of the memory.
    static func isWorthRecomputing(stride: Int, of strides: [Int]) -> Bool { stride < strides.max() ?? 0 }

    /// Whether a row's insides are computed twice where memory is to be saved.
    func isRecomputed(_ row: Int) -> Bool { recomputed[row] }

    /// Whether nobody needs a row's result after this row.
    func isLast(_ row: Int, of source: Int) -> Bool { lastUses[source] == row }
}
