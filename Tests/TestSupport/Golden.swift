import Checkpoints
import Foundation
import Tensors

/// Expected numbers of the reference implementation: the directory in `GOLDEN_DIR`, else the one beside the tests.
public enum Golden {
    /// Read once; nothing checks that it exists.
    public static let directory: String =
        ProcessInfo.processInfo.environment["GOLDEN_DIR"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden").path

    /// The file `name.safetensors` of the golden directory.
    public static func file(_ name: String) throws -> GoldenFile {
        GoldenFile(try SafeTensors(contentsOf: "\(directory)/\(name).safetensors"))
    }

    /// Names, without extension, of the golden files with this prefix, sorted.
    public static func files(startingWith prefix: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".safetensors") }
            .map { String($0.dropLast(".safetensors".count)) }.sorted()
    }
}

/// A golden file, its tensors as arrays.
public struct GoldenFile {
    /// The file itself, for its names and shapes.
    public let tensors: SafeTensors

    init(_ tensors: SafeTensors) { self.tensors = tensors }

    /// Shape in the reference's order; empty for a scalar, and for a tensor that is not there.
    public func shape(_ name: String) -> [Int] { tensors.entries[name]?.shape ?? [] }

    /// Values of a tensor of any numeric type.
    public func doubles(_ name: String) -> [Double] {
        guard let entry = tensors.entries[name] else { fatalError("no golden tensor \(name)") }
        return entry.bytes.withUnsafeBytes { raw in
            switch entry.type {
            case "F32":
                (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)) }
            case "F64": (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
            case "I64": (0..<raw.count / 8).map { Double(raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
            case "U8", "BOOL": raw.map { Double($0) }
            default: fatalError("golden tensor \(name) has type \(entry.type)")
            }
        }
    }

    /// `doubles`, rounded to what a tensor holds.
    public func floats(_ name: String) -> [Float] { doubles(name).map { Float($0) } }

    /// A `[N, C, H, W]` tensor in our order.
    public func image(_ name: String) -> Tensor {
        let s = shape(name)
        let planar = floats(name)
        var values = [Float](repeating: 0, count: planar.count)
        let area = s[2] * s[3]
        for n in 0..<s[0] {
            for c in 0..<s[1] {
                for p in 0..<area { values[(n * area + p) * s[1] + c] = planar[(n * s[1] + c) * area + p] }
            }
        }
        return Tensor(Shape(s[0], s[2], s[3], s[1]), values)
    }

    /// A `[N, C, A]` tensor over anchors as `[N, 1, A, C]`.
    public func anchors(_ name: String) -> Tensor {
        let s = shape(name)
        let planar = floats(name)
        var values = [Float](repeating: 0, count: planar.count)
        for n in 0..<s[0] {
            for c in 0..<s[1] {
                for a in 0..<s[2] { values[(n * s[2] + a) * s[1] + c] = planar[(n * s[1] + c) * s[2] + a] }
            }
        }
        return Tensor(Shape(s[0], 1, s[2], s[1]), values)
    }
}

/// `‖a − b‖ / ‖b‖`, 0 when both are zero.
public func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    precondition(a.count == b.count, "\(a.count) against \(b.count) values")
    var difference = 0.0
    var size = 0.0
    for (x, y) in zip(a, b) {
        difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
        size += Double(y) * Double(y)
    }
    return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}

/// Largest `|a − b|`.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count, "\(a.count) against \(b.count) values")
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
