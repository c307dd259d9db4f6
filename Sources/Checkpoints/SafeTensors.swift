import Diagnostics
import Foundation

/// A safetensors file in memory: named tensors of plain numbers, and text about them.
///
/// Source: the safetensors format, https://github.com/huggingface/safetensors#format.
public struct SafeTensors: Sendable {
    /// A tensor as the file has it.
    public struct Entry: Equatable, Sendable {
        /// `F32`, `F16`, `BF16`, `F64`, `I64`, `I32`, `U8`, `BOOL`, …
        public var type: String
        public var shape: [Int]
        /// Little-endian values in row-major order.
        public var bytes: [UInt8]

        public init(type: String, shape: [Int], bytes: [UInt8]) {
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }
    }

    public var entries: [String: Entry]
    public var metadata: [String: String]

    public init(entries: [String: Entry] = [:], metadata: [String: String] = [:]) {
        self.entries = entries
        self.metadata = metadata
    }

    /// Reads a file.
    ///
    /// - Throws: `Problem` naming the file when it is missing, truncated or inconsistent.
    public init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem("cannot be read", file: path, exit: .missingInput)
        }
        let bytes = [UInt8](data)
        guard bytes.count >= 8 else { throw Problem("is too short for a safetensors file", file: path) }
        let length = Int(bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        guard let json = try? JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any] else {
            throw Problem("has no readable safetensors header", file: path)
        }
        entries = [:]
        metadata = [:]
        for (name, value) in json {
            if name == "__metadata__" {
                metadata = value as? [String: String] ?? [:]
            } else if let value = value as? [String: Any], let type = value["dtype"] as? String,
                let shape = value["shape"] as? [Int], let offsets = value["data_offsets"] as? [Int]
            {
                let start = 8 + length
                entries[name] = Entry(
                    type: type, shape: shape, bytes: Array(bytes[start + offsets[0]..<start + offsets[1]]))
            }
        }
    }
}
