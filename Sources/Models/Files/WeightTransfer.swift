import Diagnostics
import Foundation
import Layers

/// Weights from a file: names and shapes as files have them.
public typealias NamedWeights = [String: (shape: [Int], values: [Float])]

extension Detector {
    /// What came over from other weights.
    public struct Transfer: Equatable, Sendable {
        /// Entries whose name and shape matched.
        public var transferred: Int
        /// Entries of the model that took them, the never-trained ones included, as the field counts.
        var total: Int
        /// Classes whose head rows were copied by name.
        var classes: [String]
        /// What has other shapes than the model's, the rows of classes aside; nil when nothing has.
        public var misfits: String?

        /// `Transferred 349/355 items`, and the classes.
        public var summary: String {
            "Transferred \(transferred)/\(total) items"
                + (classes.isEmpty ? "" : "; head rows copied for \(classes.joined(separator: ", "))")
        }
    }

    /// Takes every tensor that fits; rows of the last class convolutions are copied for classes of equal name where
    /// counts or order differ. A name without a row counts as unknown.
    ///
    /// - Parameter printed: as for `ClassMatching`.
    /// - Throws: `Problem` when a name may mean two classes.
    public func transfer(
        _ source: NamedWeights, classNames names: [String]?, printed: [String: String] = [:]
    ) throws -> Transfer {
        let rows = try names.flatMap { try rowMap(from: $0, printed) }
        let remaps = names.map { $0 != classNames } ?? false
        var transferred = 0
        var misfits: [(entry: Weights.Entry, shape: [Int])] = []
        for entry in weights.entries {
            guard let other = source[entry.name] else { continue }
            let isClassRow = isLastClassEntry(entry.name)
            if other.shape == entry.shape, !(isClassRow && remaps && rows != nil) {
                weights.write(entry, other.values)
                transferred += 1
            } else if isClassRow, let rows, sameRows(other.shape, entry.shape) {
                copyRows(rows.filter { $0.value < other.shape[0] }, of: other.values, to: entry)
                if other.shape == entry.shape { transferred += 1 }
            } else if other.shape == entry.shape {
                weights.write(entry, other.values)
                transferred += 1
            } else if !isClassRow {
                misfits.append((entry, other.shape))
            }
        }
        let copied = remaps ? (rows ?? [:]).keys.sorted().map { classNames[$0] } : []
        var transfer = Transfer(transferred: transferred, total: weights.entries.count, classes: copied)
        transfer.misfits = misfits.first.map {
            "\(counted(misfits.count, "tensor")) of other shapes: \(Self.misfit($0.entry, $0.shape))"
        }
        return transfer
    }

    /// Takes all tensors of a model with the same architecture, choosing its class rows by `rows` (own class → row).
    ///
    /// - Throws: `Problem` naming the first tensor that is missing, has another shape or too few class rows.
    public func load(_ source: NamedWeights, rows: [Int: Int], file: String) throws {
        for entry in weights.entries {
            if case .constant(let numbers) = entry.content {
                guard let other = source[entry.name], other.values != numbers else { continue }
                throw Problem(
                    "tensor \(entry.name) does not hold the numbers 0 to \(numbers.count - 1)", file: file,
                    remedy: "Use a model whose head decodes distances as the field's")
            }
            guard let other = source[entry.name] else {
                if case .counter = entry.content { continue }
                throw Problem("has no tensor \(entry.name)", file: file, remedy: "Use weights of this architecture")
            }
            if isLastClassEntry(entry.name), sameRows(other.shape, entry.shape) {
                let needed = (rows.values.max() ?? -1) + 1
                guard needed <= other.shape[0] else {
                    throw Problem(
                        "tensor \(entry.name) has \(other.shape[0]) class rows, and \(needed) are needed", file: file,
                        remedy: "Use weights that were trained on the classes they name")
                }
                copyRows(rows, of: other.values, to: entry)
            } else if other.shape == entry.shape {
                weights.write(entry, other.values)
            } else {
                throw Problem(
                    Self.misfit(entry, other.shape), file: file,
                    remedy: Self.isPruned(entry, other.shape)
                        ? "Use the model from before its channels were pruned" : "Use weights of this architecture")
            }
        }
    }

    /// Whether two shapes differ in their number of rows at most.
    private func sameRows(_ a: [Int], _ b: [Int]) -> Bool { a.count == b.count && a.dropFirst() == b.dropFirst() }

    private static func misfit(_ entry: Weights.Entry, _ shape: [Int]) -> String {
        "tensor \(entry.name) has shape \(shape), the model \(entry.shape)"
            + (isPruned(entry, shape) ? ": channels were pruned" : "")
    }

    /// Whether a shape has fewer channels and is the same otherwise.
    private static func isPruned(_ entry: Weights.Entry, _ shape: [Int]) -> Bool {
        shape.count == entry.shape.count && shape.dropFirst(2) == entry.shape.dropFirst(2)
            && zip(shape, entry.shape).allSatisfy { 0 < $0 && $0 <= $1 }
    }

    /// Channels inside the class branches of stored weights.
    public static func classWidth(in source: NamedWeights, headLayer: Int) -> Int? {
        source["model.\(headLayer).cv3.0.0.conv.weight"]?.shape.first.flatMap {
            (1...LayerLimits.channels).contains($0) ? $0 : nil
        }
    }

    /// For each own class the row of the class of that name; nil when no name is real.
    private func rowMap(from names: [String], _ printed: [String: String]) throws -> [Int: Int]? {
        if names.enumerated().allSatisfy({ $1 == String($0) || $1 == "class_\($0)" }) { return nil }
        return try ClassMatching(classNames, printed: printed, among: names).rows
    }

    private func isLastClassEntry(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        return parts.count == 6 && parts[1] == String(headLayer) && parts[2] == "cv3" && parts[4] == "2"
    }

    private func copyRows(_ rows: [Int: Int], of values: [Float], to entry: Weights.Entry) {
        var own = weights.read(entry)
        let length = entry.count / max(entry.shape[0], 1)
        for (row, other) in rows {
            own.replaceSubrange(
                row * length..<(row + 1) * length, with: values[other * length..<(other + 1) * length])
        }
        weights.write(entry, own)
    }
}
