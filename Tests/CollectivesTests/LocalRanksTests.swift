import Diagnostics
import Foundation
import Testing

@testable import Collectives

@Suite struct LocalRanksTests {
    struct Trouble: Error, Equatable {}

    @Test func ranksKnowWhoTheyAre() throws {
        let places = try LocalRanks.run(4) { [$0.rank, $0.size, $0.local.rank, $0.local.size] }
        #expect(places == (0..<4).map { [$0, 4, $0, 4] })
    }

    @Test func numbersAreSummedInTreeOrder() throws {
        let parts = [1e16, 1.0, -1e16, 1.0]
        let sums = try LocalRanks.run(4) { ranks in
            var values = [parts[ranks.rank], 1]
            try ranks.sum(&values)
            return values
        }
        #expect(sums == .init(repeating: [(1e16 + 1.0) + (-1e16 + 1.0), 4], count: 4))
    }

    @Test func theMaximumTakesNaNForInfinity() throws {
        let largest = try LocalRanks.run(3) { ranks in
            var values = [Double(-ranks.rank), ranks.rank == 1 ? .nan : 5]
            try ranks.maximum(&values)
            return values
        }
        #expect(largest == .init(repeating: [0, .infinity], count: 3))
        var alone = [Double.nan, -1]
        SoloCommunicator().maximum(&alone)
        #expect(alone == [.infinity, -1])
    }

    @Test func bytesAreBroadcastAndGatheredInRankOrder() throws {
        for length in [0, 3, 3_000_000] {
            let results = try LocalRanks.run(4) { ranks in
                let own = [UInt8](repeating: UInt8(ranks.rank + 1), count: ranks.rank * length)
                let sent = try ranks.broadcast(ranks.rank == 0 ? [9, 8, 7] : own)
                return (sent, try ranks.gather(own))
            }
            #expect(results.allSatisfy { $0.0 == [9, 8, 7] })
            #expect(results[0].1 == (0..<4).map { .init(repeating: UInt8($0 + 1), count: $0 * length) })
            #expect(results[1...].allSatisfy { $0.1 == nil })
        }
    }

    @Test func shardsOnOneTwoFourAndEightRanksGiveEqualBits() throws {
        let count = 10_007
        let (shards, sizes) = (8, [1, 2, 4, 8])
        let results = try sizes.flatMap { size in
            try LocalRanks.run(size) { ranks in
                let own = shards / size
                let tree = TreeSum<Float>(shards: own, count: count)
                var values = [Float](repeating: 0, count: count)
                var sums = values
                for shard in 0..<own {
                    let key = ranks.rank * own + shard
                    values = (0..<count).map { Float(cos(Double(key * 7919 + $0))) * Float(1 << ($0 % 24)) }
                    values.withUnsafeMutableBufferPointer { tree.add($0, shard: shard) }
                }
                try values.withUnsafeBufferPointer { source in
                    try sums.withUnsafeMutableBufferPointer { try ranks.startSum(source, into: $0).wait() }
                }
                return sums
            }
        }
        #expect(results.count == 15 && results.allSatisfy { $0 == results[0] })
        #expect(results[0].contains { $0 != 0 })
    }

    @Test func manySumsInFlightKeepTheirOrderWhateverOrderTheyAreAwaitedIn() throws {
        let sums = try LocalRanks.run(4) { ranks in
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 200)
            defer { values.deallocate() }
            for i in 0..<100 { values[i] = Float(i * (ranks.rank + 1)) }
            let pending = (0..<100).map { i in
                ranks.startSum(
                    UnsafeBufferPointer(rebasing: values[i..<i + 1]),
                    into: UnsafeMutableBufferPointer(rebasing: values[100 + i..<101 + i]))
            }
            // Another kind of operation may overtake them.
            var control = [1.0]
            try ranks.sum(&control)
            for sum in ranks.rank % 2 == 0 ? pending : pending.reversed() { try sum.wait() }
            try pending[3].wait()
            return Array(values[100...]) + [Float(control[0])]
        }
        let expected = (0..<100).map { Float($0 * 10) } + [4]
        #expect(sums.allSatisfy { $0 == expected })
    }

    @Test func aRankThatThrowsReleasesTheOthersAndItsErrorIsTold() {
        #expect(throws: Trouble()) {
            try LocalRanks.run(4) { ranks in
                var values = [1.0]
                try ranks.sum(&values)
                if ranks.rank == 2 { throw Trouble() }
                try ranks.sum(&values)
            }
        }
    }

    @Test func aRankThatThrowsReleasesPendingSums() {
        #expect(throws: Trouble()) {
            try LocalRanks.run(3) { ranks in
                if ranks.rank == 0 { throw Trouble() }
                let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
                defer { values.deallocate() }
                values.initialize(repeating: 1)
                let pending = ranks.startSum(
                    UnsafeBufferPointer(rebasing: values[..<1]),
                    into: UnsafeMutableBufferPointer(rebasing: values[1...]))
                try pending.wait()
            }
        }
    }

    @Test func aRankThatAbortsEndsTheRunWithItsCode() {
        let problem = #expect(throws: Problem.self) {
            try LocalRanks.run(2) { ranks in
                if ranks.rank == 1 { ranks.abort(code: ExitCode.stopped.rawValue) }
                _ = try ranks.broadcast([])
            }
        }
        #expect(problem?.exit == .stopped)
        #expect(throws: Trouble()) {
            try LocalRanks.run(2) { ranks in
                if ranks.rank == 0 { ranks.abort(because: Trouble()) }
                try ranks.finish()
            }
        }
    }

    @Test func ranksThatDoNotAgreeAreReleased() {
        #expect(throws: Problem.self) {
            try LocalRanks.run(2) { ranks in
                var values = [Double](repeating: 1, count: ranks.rank + 1)
                try ranks.sum(&values)
            }
        }
        #expect(throws: Problem.self) {
            try LocalRanks.run(2) { ranks in
                if ranks.rank == 0 { _ = try ranks.broadcast([]) }
            }
        }
    }
}
