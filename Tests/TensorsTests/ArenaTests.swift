import Testing

@testable import Tensors

@Suite struct ArenaTests {
    private static let page = Arena.page

    private func take(_ arena: inout Arena, pages: Int) throws -> UInt {
        let place = arena.take(pages * Self.page)
        return try #require(place)
    }

    @Test func piecesThatAreFreeAndTouchBecomeOne() throws {
        var arena = Arena()
        let places = try (1...3).map { try take(&arena, pages: $0) }
        let extent = arena.extent
        #expect(extent == 6 * Self.page)
        // The middle one last: it touches a gap on both sides.
        for index in [0, 2, 1] { arena.give(places[index], (index + 1) * Self.page) }
        #expect(try take(&arena, pages: 6) == places[0])
        let after = arena.extent
        #expect(after == extent, "a large piece finds room where three small ones were")
    }

    @Test func thePieceThatFitsBestIsTakenAndItsRestStaysFree() throws {
        var arena = Arena()
        let places = try [5, 1, 3, 1, 9, 1].map { try take(&arena, pages: $0) }
        arena.give(places[0], 5 * Self.page)
        arena.give(places[2], 3 * Self.page)
        arena.give(places[4], 9 * Self.page)
        #expect(try take(&arena, pages: 2) == places[2])
        #expect(try take(&arena, pages: 4) == places[0])
        #expect(try take(&arena, pages: 1) == places[0] + UInt(4 * Self.page))
        #expect(try take(&arena, pages: 1) == places[2] + UInt(2 * Self.page))
    }

    @Test func theLastGapGrows() throws {
        var arena = Arena()
        _ = try take(&arena, pages: 1)
        let last = try take(&arena, pages: 2)
        arena.give(last, 2 * Self.page)
        #expect(try take(&arena, pages: 5) == last)
        let end = arena.extent
        #expect(end == 6 * Self.page)
    }

    @Test func discardedGapsAreZerosAndTheEndComesBack() throws {
        var arena = Arena()
        let places = try [4, 1, 4].map { try take(&arena, pages: $0) }
        let first = try #require(UnsafeMutablePointer<Float>(bitPattern: places[0]))
        first[7] = 3
        arena.give(places[0], 4 * Self.page)
        arena.give(places[2], 4 * Self.page)
        arena.discardGaps()
        let end = arena.extent
        #expect(end == 5 * Self.page)
        #expect(try take(&arena, pages: 4) == places[0])
        #expect(first[7] == 0)
    }

    @Test func noTwoPiecesOverlapInAnyOrder() throws {
        var arena = Arena()
        var random = RandomStream(3)
        var taken: [(place: UInt, bytes: Int)] = []
        for _ in 0..<4000 {
            if taken.count < 60, taken.isEmpty || random.uniform() < 0.55 {
                let bytes = (1 + random.integer(below: 40)) * Self.page
                let place = try take(&arena, pages: bytes / Self.page)
                let isInside = arena.contains(place)
                #expect(isInside)
                let overlaps = taken.contains { $0.place < place + UInt(bytes) && place < $0.place + UInt($0.bytes) }
                #expect(!overlaps)
                taken.append((place, bytes))
            } else {
                let piece = taken.remove(at: random.integer(below: taken.count))
                arena.give(piece.place, piece.bytes)
            }
        }
        let most = arena.extent
        #expect(most < 60 * 40 * Self.page, "gaps are used")
        for piece in taken { arena.give(piece.place, piece.bytes) }
        arena.discardGaps()
        let end = arena.extent
        #expect(end == 0)
    }

    @Test func aRangeThatIsUsedUpSaysSo() throws {
        var arena = Arena()
        let place = arena.take(1 << 50)
        #expect(place == nil)
        _ = try take(&arena, pages: 1)
    }
}
