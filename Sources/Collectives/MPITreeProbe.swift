import Dispatch

extension MPICommunicator {
    /// Whether MPI adds as a balanced tree here: some settings make it add as a ring, whose bits differ.
    ///
    /// Warns on rank 0 when not. One value, a small and a large buffer: MPI chooses its way by size.
    func probeTree() throws -> Bool {
        guard size >= 4, size & (size - 1) == 0 else { return true }
        var isTree = true
        for count in [1, 1024, 40_000] { isTree = try probeTree(count) && isTree }
        if !isTree && rank == 0 {
            StandardError.line(
                "MPI does not add ranks as a balanced tree here: results of this run can be repeated with the same ranks"
                    + " only. Unset OMPI_MCA_coll_… variables for equal results at any number of ranks.")
        }
        return isTree
    }

    private func probeTree(_ count: Int) throws -> Bool {
        let own = (0..<count).map { Self.probe(rank, $0) }
        var sums = [Float](repeating: 0, count: count)
        try own.withUnsafeBufferPointer { source in
            try sums.withUnsafeMutableBufferPointer { try startSum(source, into: $0).wait() }
        }
        // All ranks hold the same bits, so that looking at some of the values is enough, and all ranks agree.
        return stride(from: 0, to: count, by: max(1, count / 500)).allSatisfy { i in
            var parts = (0..<size).map { Self.probe($0, i) }
            while parts.count > 1 { parts = stride(from: 0, to: parts.count, by: 2).map { parts[$0] + parts[$0 + 1] } }
            return parts[0] == sums[i]
        }
    }

    /// Values of mixed size and sign, whose sum depends on the order.
    private static func probe(_ rank: Int, _ index: Int) -> Float {
        var bits = UInt32(truncatingIfNeeded: (rank &+ 1) &* 0x9E37_79B1 &+ index &* 0x85EB_CA6B)
        bits ^= bits >> 15
        bits &*= 0x2C1B_3C6D
        bits ^= bits >> 12
        return (Float(bits >> 8) - 8_388_608) / Float(1 << (bits & 15))
    }
}
