/// A value of a pickle: plain, or the index of something in the graph it belongs to.
///
/// Indices instead of references, so that cycles cannot leak and deep nesting cannot overflow the stack when freed.
enum PickleValue: Equatable, Sendable {
    case none
    case bool(Bool)
    case int(Int)
    /// An integer beyond 64 bits; no checkpoint needs its value.
    case hugeInt
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Index in `sequences`.
    case list(Int)
    /// Index in `sequences`.
    case tuple(Int)
    /// Index in `dictionaries`.
    case dictionary(Int)
    /// Index in `globals`.
    case global(Int)
    /// Index in `objects`.
    case object(Int)
    /// Index in `storages`.
    case storage(Int)
    /// Index in `tensors`.
    case tensor(Int)
}

/// A class or function that a pickle names; never looked up, never called.
struct GlobalName: Equatable, Sendable, CustomStringConvertible {
    var module: String
    var name: String

    /// The first component of the module: the package.
    var package: Substring { module.prefix { $0 != "." } }
    /// The name without enclosing classes: what a class is recognised by, since modules move between releases.
    var lastName: Substring { name.split(separator: ".", omittingEmptySubsequences: false).last ?? "" }
    var description: String { "\(module).\(name)" }
}

/// An object of some class as an inert record.
struct PickleObject: Sendable {
    var type: GlobalName
    /// A tuple, or whatever the pickle gave.
    var arguments: PickleValue
    /// What `BUILD` attached: usually a dictionary of attributes.
    var state: PickleValue = .none
}

/// A run of numbers in an archive entry of its own.
struct StorageRecord: Sendable {
    /// Type of the numbers as safetensors call it, nil when nothing here can read them.
    var type: String?
    /// The storage class, for messages.
    var className: String
    /// Name of the entry below `data/`.
    var key: String
    /// Claimed number of elements.
    var count: Int
}

/// A tensor as a view of a storage; every number as the file claims it, unchecked.
struct TensorRecord: Sendable {
    var storage: StorageRecord
    /// In elements, as are the strides.
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}

/// Everything that a pickle describes.
struct PickleGraph: Sendable {
    var root: PickleValue = .none
    var sequences: [[PickleValue]] = []
    /// Pairs in file order; the last of equal keys counts.
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    var globals: [GlobalName] = []
    var objects: [PickleObject] = []
    var storages: [StorageRecord] = []
    var tensors: [TensorRecord] = []

    /// Elements of a list or tuple.
    func elements(_ value: PickleValue?) -> [PickleValue]? {
        switch value {
        case .list(let index), .tuple(let index): sequences[index]
        default: nil
        }
    }

    /// Pairs of a dictionary, or attributes of an object.
    func pairs(_ value: PickleValue?) -> [(key: PickleValue, value: PickleValue)]? {
        switch value {
        case .dictionary(let index): return dictionaries[index]
        case .object(let index):
            let state = objects[index].state
            if case .tuple(let parts) = state, let first = sequences[parts].first { return attributes(first) }
            return attributes(state)
        default: return nil
        }
    }

    private func attributes(_ state: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        if case .dictionary(let index) = state { dictionaries[index] } else { nil }
    }

    /// The value of a key or attribute, nil when absent.
    func member(_ name: String, of value: PickleValue?) -> PickleValue? {
        pairs(value)?.last { $0.key == .string(name) }?.value
    }

    /// The class of an object, without its module.
    func className(_ value: PickleValue?) -> String? {
        if case .object(let index) = value { String(objects[index].type.lastName) } else { nil }
    }
}
