import Foundation
import Testing

@testable import Collectives

@Suite struct TreeSumTests {
    private static func partial(_ shard: Int, _ count: Int) -> [Float] {
        (0..<count).map { Float(sin(Double(shard * 977 + $0 * 31))) * Float(1 << ($0 % 20)) }
    }

    /// Pairs, then pairs of pairs, as written in a book.
    private static func balanced(_ parts: [[Float]]) -> [Float] {
        if parts.count == 1 { return parts[0] }
        var half = 1
        while half * 2 < parts.count { half *= 2 }
        return zip(balanced(Array(parts[..<half])), balanced(Array(parts[half...]))).map { $0 + $1 }
    }

    private static func tree(_ parts: [[Float]], ranges: [Range<Int>]) -> [Float] {
        let tree = TreeSum<Float>(shards: parts.count, count: parts[0].count)
        var result: [Float] = []
        for (shard, part) in parts.enumerated() {
            var values = part
            values.withUnsafeMutableBufferPointer { buffer in
                for range in ranges { tree.add(buffer, in: range, shard: shard) }
            }
            result = values
        }
        return result
    }

    @Test(arguments: 1...17) func shardsAreAddedAsABalancedTree(shards: Int) {
        let parts = (0..<shards).map { Self.partial($0, 101) }
        #expect(Self.tree(parts, ranges: [0..<101]) == Self.balanced(parts))
    }

    @Test func rangesInAnyOrderGiveTheSameBits() {
        let parts = (0..<8).map { Self.partial($0, 1000) }
        #expect(Self.tree(parts, ranges: [900..<1000, 0..<1, 1..<1, 1..<900]) == Self.balanced(parts))
    }

    @Test func theOrderMattersForTheseValues() {
        let parts = (0..<8).map { Self.partial($0, 1000) }
        let inTurn = parts.dropFirst().reduce(parts[0]) { zip($0, $1).map { $0 + $1 } }
        #expect(inTurn != Self.balanced(parts))
    }

    @Test func emptyBuffersAreLegal() {
        #expect(Self.tree([[], []], ranges: [0..<0]) == [])
        #expect(TreeSum.sum([]) == [])
    }

    @Test func doublesAreAddedInTheSameOrder() {
        let parts = [[1e16, 1], [1.0, 2], [-1e16, 3], [1.0, 4], [0.5, 5]]
        #expect(TreeSum.sum(parts) == [((1e16 + 1.0) + (-1e16 + 1.0)) + 0.5, 15])
    }
}
