import Checkpoints
import Foundation

extension SafeTensors {
    /// The same checkpoint with another number in its metadata, under digests that fit: what a hostile one looks like.
    ///
    /// - Parameter place: a key of the metadata, and of the objects in it, joined by dots: `progress.stopping.patience`.
    public func edited(_ place: String, _ value: some Sendable) throws -> SafeTensors {
        let keys = place.split(separator: ".").map(String.init)
        var copy = self
        if keys.count == 1 {
            copy.metadata[keys[0]] = "\(value)"
        } else {
            let text = Data((metadata[keys[0]] ?? "{}").utf8)
            guard var object = try JSONSerialization.jsonObject(with: text) as? [String: Any] else { return self }
            set(keys.dropFirst(), in: &object, to: value)
            let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
            copy.metadata[keys[0]] = String(decoding: data, as: UTF8.self)
        }
        return copy.sealed()
    }

    private func set(_ keys: ArraySlice<String>, in object: inout [String: Any], to value: some Sendable) {
        guard let key = keys.first else { return }
        if keys.count == 1 {
            object[key] = value
        } else {
            var inner = object[key] as? [String: Any] ?? [:]
            set(keys.dropFirst(), in: &inner, to: value)
            object[key] = inner
        }
    }
}
