import CMPI

extension MPICommunicator {
    /// Collects in rounds: MPI counts and places with 32 bits, and the room on rank 0 stays small.
    func collect(_ bytes: [UInt8]) -> [[UInt8]]? {
        let lengths = lengthsOfAll(bytes.count)
        let piece = max(1, min(16 << 20, (256 << 20) / size))
        var parts = [[UInt8]](repeating: [], count: rank == 0 ? size : 0)
        for i in parts.indices { parts[i].reserveCapacity(lengths[i]) }
        for start in stride(from: 0, to: lengths.max() ?? 0, by: piece) {
            let counts = lengths.map { min(max($0 - start, 0), piece) }
            collectRound(bytes, from: start, counts, into: &parts)
        }
        return rank == 0 ? parts : nil
    }

    private func lengthsOfAll(_ own: Int) -> [Int] {
        var lengths = [Int64](repeating: 0, count: size)
        withUnsafePointer(to: Int64(own)) { own in
            lengths.withUnsafeMutableBufferPointer { all in
                let to = all.baseAddress
                perform { cmpi_allgather_lengths(own, to, &$0) }
            }
        }
        return lengths.map(Int.init)
    }

    private func collectRound(_ bytes: [UInt8], from start: Int, _ counts: [Int], into parts: inout [[UInt8]]) {
        var offsets: [Int] = []
        var total = 0
        for count in counts {
            offsets.append(total)
            total += count
        }
        let counts32 = counts.map(Int32.init)
        let offsets32 = offsets.map(Int32.init)
        var room = [UInt8](repeating: 0, count: rank == 0 ? total : 0)
        let own = Int32(counts[rank])
        bytes.withUnsafeBytes { source in
            room.withUnsafeMutableBytes { all in
                counts32.withUnsafeBufferPointer { counts in
                    offsets32.withUnsafeBufferPointer { offsets in
                        let from = source.baseAddress.map { $0 + min(start, source.count) }
                        let (to, counts, offsets) = (all.baseAddress, counts.baseAddress, offsets.baseAddress)
                        perform { cmpi_gather(from, own, to, counts, offsets, &$0) }
                    }
                }
            }
        }
        for i in parts.indices { parts[i] += room[offsets[i]..<offsets[i] + counts[i]] }
    }
}
