import Diagnostics
import Documents

extension SafeTensors {
    /// The bytes of a file with these tensors.
    ///
    /// Without `order` tensors come by falling size of their type, then by name, so that all of them are aligned and
    /// equal contents give equal bytes.
    ///
    /// - Throws: `Problem` when a tensor's bytes are not as many as its type and shape need.
    public func serialized(order: [String]? = nil) throws -> [UInt8] {
        let names =
            try order
            ?? entries.keys.sorted { first, second in
                let sizes = try (size(ofTypeIn: first), size(ofTypeIn: second))
                return sizes.0 == sizes.1 ? first < second : sizes.0 > sizes.1
            }
        precondition(
            names.count == entries.count && Set(names) == Set(entries.keys), "the order must name every tensor once")
        let header = try headerText(names)
        let total = names.reduce(8 + header.count) { $0 + entries[$1]!.bytes.count }
        return [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.storeBytes(of: UInt64(header.count).littleEndian, as: UInt64.self)
            filled = 8
            for part in [header] + names.lazy.map({ entries[$0]!.bytes }) {
                UnsafeMutableRawBufferPointer(rebasing: raw[filled...]).copyBytes(from: part)
                filled += part.count
            }
        }
    }

    private func size(ofTypeIn name: String) throws -> Int {
        guard let size = SafeTensorsHeader.sizes[entries[name]!.type] else {
            throw Problem("tensor '\(name)' has the unknown type \(entries[name]!.type)", exit: .internalError)
        }
        return size
    }

    private func headerText(_ names: [String]) throws -> [UInt8] {
        var parts: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\($0.key.quotedAsJSON):\($0.value.quotedAsJSON)" }
            parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var position = 0
        for name in names {
            let entry = entries[name]!
            guard entry.shape.productOfSizes(times: try size(ofTypeIn: name)) == entry.bytes.count else {
                throw Problem(
                    "tensor '\(name)' has \(entry.bytes.count) bytes, not what its shape needs", exit: .internalError)
            }
            let shape = entry.shape.map { String($0) }.joined(separator: ",")
            let end = position + entry.bytes.count
            parts.append(
                "\(name.quotedAsJSON):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(position),\(end)]}")
            position = end
        }
        var text = Array("{\(parts.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(0x20) }
        guard text.count <= SafeTensorsHeader.largestSize else {
            throw Problem("the header would have \(text.count) bytes", exit: .internalError)
        }
        return text
    }
}
