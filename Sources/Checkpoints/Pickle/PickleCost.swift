/// Bytes that values of a pickle take in memory, block headers and spare room included.
enum PickleCost {
    /// A value in a list, and a text without its letters.
    static let value = 48
    /// A list, however short.
    static let list = 64
    /// A key with its value.
    static let pair = 96
    /// A value that is remembered.
    static let memory = 96
    /// The name of a class, without its letters.
    static let global = 96
    /// An object, without its attributes.
    static let object = 192
    /// A storage.
    static let storage = 160
    /// A tensor, without its numbers.
    static let tensor = 480
}
