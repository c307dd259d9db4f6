import Diagnostics

/// A safetensors file in memory: named tensors of plain numbers, and text about them.
///
/// Source: the safetensors format, https://github.com/huggingface/safetensors#format.
public struct SafeTensors: Equatable, Sendable {
    /// A tensor as the file has it.
    public struct Entry: Equatable, Sendable {
        /// `F32`, `F16`, `BF16`, `F64`, `I64`, `I32`, `U8`, `BOOL`, …
        public var type: String
        /// Sizes of the dimensions, outermost first; empty for a single number.
        public var shape: [Int]
        /// Little-endian values in row-major order.
        public var bytes: [UInt8]

        /// A tensor of these bytes, which must be as many as type and shape need when it is written.
        public init(type: String, shape: [Int], bytes: [UInt8]) {
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }
    }

    /// The tensors by name.
    public var entries: [String: Entry]
    /// Free text by key.
    public var metadata: [String: String]

    /// Tensors and text made in memory.
    public init(entries: [String: Entry] = [:], metadata: [String: String] = [:]) {
        self.entries = entries
        self.metadata = metadata
    }

    /// Reads a file.
    ///
    /// - Throws: `Problem` naming the file when it is missing, truncated or breaks a rule of the format.
    public init(contentsOf path: String) throws {
        let file = try InputFile(path)
        try self.init(size: file.size, path: path) { try file.read(at: $0, count: $1) }
    }

    /// Reads the bytes of a file; `path` appears in messages only.
    ///
    /// - Throws: `Problem` when they are truncated or break a rule of the format.
    public init(bytes: [UInt8], path: String = "safetensors") throws {
        try self.init(size: bytes.count, path: path) { Array(bytes[$0..<$0 + $1]) }
    }

    private init(size: Int, path: String, read: (_ offset: Int, _ count: Int) throws -> [UInt8]) throws {
        guard size >= 8 else {
            throw Problem(
                "has \(size) bytes, too few for a safetensors file", file: path, remedy: "Copy or download it again")
        }
        let claimed = try read(0, 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard claimed <= UInt64(SafeTensorsHeader.largestSize) else {
            throw Problem(
                "is not a safetensors file: its header would have \(claimed) bytes", file: path,
                remedy: "Check that this is the file you mean")
        }
        guard claimed <= UInt64(size - 8) else {
            throw Problem(
                "is truncated: the header has \(claimed) bytes, the file \(size)", file: path,
                remedy: "Copy or download it again")
        }
        let header = try SafeTensorsHeader(try read(8, Int(claimed)), path: path)
        let start = 8 + Int(claimed)
        try header.check(dataSize: size - start)
        metadata = header.metadata
        entries = [:]
        entries.reserveCapacity(header.tensors.count)
        for tensor in header.tensors {
            let bytes = try read(start + tensor.begin, tensor.end - tensor.begin)
            entries[tensor.name] = Entry(type: tensor.type, shape: tensor.shape, bytes: bytes)
        }
    }
}
