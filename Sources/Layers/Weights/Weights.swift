import Tensors

/// All numbers of a model: parameters, then running statistics, in one flat buffer each for values and gradients.
///
/// The statistics' part of `gradients` carries the batch statistics of a step, so that one sum over ranks covers both.
/// All-reduce, clipping, the optimizer, the EMA and checkpoints are linear passes over these buffers. Confined to one
/// thread. A model registers its weights through `scope` while it is built, then `seal` gives them memory.
public final class Weights {
    /// A tensor of the model under its name in the field's files.
    public struct Entry {
        /// What the entry stands for.
        public enum Content {
            case parameter(Parameter)
            case statistic(Statistic)
            /// A count of training steps (`num_batches_tracked`).
            case counter
            /// Fixed numbers.
            case constant([Float])
        }
        /// As in the field's state dictionaries, such as `model.22.cv3.0.2.weight`.
        public let name: String
        /// Shape in files: `[O, I, kH, kW]` for convolutions.
        public let shape: [Int]
        /// What the numbers are to training, and where in the flat buffers they lie.
        public let content: Content
        let initializer: Initializer

        /// Number of values.
        public var count: Int { shape.reduce(1, *) }
        /// Whether memory order is `[O, kH, kW, I]` where files have `[O, I, kH, kW]`.
        var isConvolution: Bool { shape.count == 4 }
    }

    /// How fresh values begin.
    public enum Initializer: Sendable {
        /// Uniform in ±1/√fanIn, as the reference's convolutions.
        case uniform(fanIn: Int)
        case constant(Float)
    }

    /// In the order of the model's state dictionary.
    public private(set) var entries: [Entry] = []
    /// What training changes, frozen ones too; in the order of registration, which is that of their ranges.
    public private(set) var parameters: [Parameter] = []
    /// Parameters first, then statistics.
    public private(set) var values = FlatBuffer(count: 0)
    /// As `values`: gradients, then batch statistics. Made when first asked for, since models that only answer have none.
    public private(set) lazy var gradients = FlatBuffer(count: values.count)
    /// Number of parameter values; the statistics follow.
    public private(set) var parameterCount = 0
    private var statisticCount = 0
    /// Training steps that batch statistics were taken from.
    public var stepsTracked = 0
    /// Changes whenever values do, so that what was derived from them is known to be stale.
    public private(set) var version = 0
    private var places: [String: Int] = [:]

    /// No weights yet: blocks register theirs through `scope`.
    public init() {}

    /// The root of the model's names.
    public var scope: WeightScope { WeightScope(weights: self, path: "") }

    func add(parameter name: String, _ shape: [Int], _ kind: Parameter.Kind, _ initializer: Initializer) -> Parameter {
        let count = shape.reduce(1, *)
        let range = parameterCount..<parameterCount + count
        parameterCount += count
        let parameter = Parameter(name: name, kind: kind, range: range, weights: self)
        parameters.append(parameter)
        add(Entry(name: name, shape: shape, content: .parameter(parameter), initializer: initializer))
        return parameter
    }

    func add(statistic name: String, count: Int, initial: Float, momentum: Float) -> Statistic {
        let statistic = Statistic(
            name: name, offset: statisticCount, count: count, momentum: momentum, weights: self)
        statisticCount += count
        add(Entry(name: name, shape: [count], content: .statistic(statistic), initializer: .constant(initial)))
        return statistic
    }

    func add(_ entry: Entry) {
        precondition(places[entry.name] == nil, "two weights named \(entry.name)")
        places[entry.name] = entries.count
        entries.append(entry)
    }

    /// Gives the registered weights memory and their first values, which depend on `seed` and on names' order only.
    public func seal(seed: Int) {
        values = FlatBuffer(count: parameterCount + statisticCount)
        for place in entries.indices { initialize(place, seed: seed) }
    }

    /// Sets an entry to fresh values, as `seal` does.
    public func initialize(_ entry: Entry, seed: Int) {
        if let place = places[entry.name] { initialize(place, seed: seed) }
    }

    private func initialize(_ place: Int, seed: Int) {
        let entry = entries[place]
        switch entry.content {
        case .counter, .constant: return
        case .parameter, .statistic: break
        }
        switch entry.initializer {
        case .constant(let value): write(entry, [Float](repeating: value, count: entry.count))
        case .uniform(let fanIn):
            var random = RandomStream(seed, place)
            let bound = 1 / Double(fanIn).squareRoot()
            write(entry, (0..<entry.count).map { _ in Float(random.uniform(-bound, bound)) })
        }
    }

    /// Keeps the values where other processes of this host see them, or takes theirs, while `HostMemory` is published or
    /// adopted; for weights that do not change any more.
    public func share() { HostMemory.fill("values", values.memory) {} }

    /// Says that values were changed through a pointer.
    public func didChange() { version += 1 }

    /// The entry of a name.
    public subscript(name: String) -> Entry? { places[name].map { entries[$0] } }

    /// Whether the batch statistics in a buffer laid out as `gradients` are all finite.
    public func hasFiniteStatistics(_ sums: FlatBuffer) -> Bool {
        (parameterCount..<sums.count).allSatisfy { sums.pointer[$0].isFinite }
    }

    /// Sets gradients and batch statistics to 0.
    public func zeroGradients() { gradients.zero() }

    /// Number of parameters the model has in the field's count, constants included.
    public var fieldParameterCount: Int {
        entries.reduce(0) { sum, entry in
            switch entry.content {
            case .parameter, .constant: sum + entry.count
            case .statistic, .counter: sum
            }
        }
    }

    /// Freezes the parameters whose layer (`model.<layer>.…`) is listed, and no others.
    public func freeze(layers: Set<Int>) {
        for parameter in parameters {
            let parts = parameter.name.split(separator: ".")
            parameter.isFrozen = parts.count > 1 && Int(parts[1]).map(layers.contains) == true
        }
    }
}
