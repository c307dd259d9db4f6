import CHost

/// This host, as messages name it.
enum Host {
    /// The host's name.
    static let name: String = {
        var name = [CChar](repeating: 0, count: 256)
        chost_name(&name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
