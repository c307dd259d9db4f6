import Diagnostics
import Documents

/// The header of a safetensors file: what its tensors are called, and where they lie.
struct SafeTensorsHeader {
    /// One tensor of the header; offsets count from the end of the header.
    struct Tensor {
        var name: String
        var type: String
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    /// Longest header that is read, in bytes.
    static let largestSize = 100_000_000
    /// Most tensors that are read.
    static let mostTensors = 100_000

    /// Bytes per value of the types that the format knows.
    static let sizes: [String: Int] = [
        "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4,
        "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
    ]

    private(set) var tensors: [Tensor] = []
    private(set) var metadata: [String: String] = [:]
    private let path: String

    /// Parses the JSON text of a header.
    init(_ bytes: [UInt8], path: String) throws {
        self.path = path
        var scanner = HeaderScanner(bytes, path: path)
        var names = Set<String>()
        try scanner.object(strictStart: true) { name, scanner in
            guard names.insert(name).inserted else { throw problem("names tensor '\(name)' twice") }
            if name == "__metadata__" {
                try scanner.object { key, scanner in
                    guard metadata[key] == nil else { throw problem("has the metadata key '\(key)' twice") }
                    metadata[key] = try scanner.string()
                }
            } else {
                guard tensors.count < Self.mostTensors else {
                    throw problem("has more than \(Self.mostTensors) tensors")
                }
                tensors.append(try tensor(name, &scanner))
            }
        }
        try scanner.end()
    }

    private func tensor(_ name: String, _ scanner: inout HeaderScanner) throws -> Tensor {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { key, scanner in
            switch key {
            case "dtype" where type == nil: type = try scanner.string()
            case "shape" where shape == nil: shape = try scanner.integers()
            case "data_offsets" where offsets == nil: offsets = try scanner.integers()
            default: throw problem("has an unknown or repeated key '\(key)' in tensor '\(name)'")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw problem("does not give type, shape and two offsets of tensor '\(name)'")
        }
        return Tensor(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    /// Checks that the tensors lie one after the other without holes and fill the rest of the file exactly.
    func check(dataSize: Int) throws {
        var position = 0
        for tensor in tensors.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard let size = Self.sizes[tensor.type] else {
                throw problem("has tensor '\(tensor.name)' of the unknown type \(tensor.type)")
            }
            guard tensor.begin == position, tensor.end >= tensor.begin else {
                throw problem("leaves a hole before tensor '\(tensor.name)', or overlaps it")
            }
            guard tensor.shape.productOfSizes(times: size) == tensor.end - tensor.begin else {
                throw problem("gives tensor '\(tensor.name)' another size than its shape needs")
            }
            guard tensor.end <= dataSize else { throw truncated(needs: tensor.end, has: dataSize) }
            position = tensor.end
        }
        guard position <= dataSize else { throw truncated(needs: position, has: dataSize) }
        guard position == dataSize else {
            throw problem("has \(dataSize - position) bytes after the last tensor")
        }
    }

    private func truncated(needs: Int, has: Int) -> Problem {
        Problem(
            "is truncated: the tensors need \(needs) bytes, the file has \(has)", file: path,
            remedy: "Copy or download it again")
    }

    private func problem(_ message: String) -> Problem {
        Problem(
            Node.printable(message, limit: 300), file: path,
            remedy: "Write the file again with a current safetensors library")
    }
}

extension [Int] {
    /// The product of all sizes and `factor`, nil when a size is negative or the product overflows.
    func productOfSizes(times factor: Int = 1) -> Int? {
        if contains(where: { $0 < 0 }) { return nil }
        if contains(0) { return 0 }
        var product = factor
        for size in self {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            product = next
        }
        return product
    }
}
