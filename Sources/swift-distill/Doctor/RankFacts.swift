import Foundation

/// What one rank knows about itself and its host; rank 0 compares them.
struct RankFacts: Codable, Equatable {
    /// Room and bounds of a process.
    struct Limits: Codable, Equatable {
        /// Open files, bytes of a file, bytes of address space; nil for no limit.
        var files: Int?
        var fileSize: Int?
        var addressSpace: Int?
    }

    // MARK: Who
    var rank: Int
    var host: String
    var process: Int32
    /// Digest of the running program.
    var program: String

    // MARK: Cores
    /// Numbers of the hardware threads that this process may run on.
    var allowedCores: [Int]
    var physicalCores: Int
    /// Hardware threads of the host.
    var hostCores: Int
    /// Cores that a control group grants, 0 for no limit.
    var coreQuota: Double
    /// Compute threads of a run.
    var threads: Int
    var processor: String
    /// Vector instructions of the processor.
    var features: [String]

    // MARK: Libraries
    /// The family of matrix products that OpenBLAS chose.
    var kernel: String
    /// Variables that change what OpenBLAS does, as far as they are set.
    var blasSettings: [String: String]
    /// Nil without MPI.
    var mpi: String?
    var threadLevel: String?
    /// Whether sums over ranks have the same bits at 1, 2, 4 and 8 ranks.
    var addsAsTree: Bool
    var libraries: [String]

    // MARK: Room
    /// Bytes; -1 when unknown.
    var freeMemory: Int64
    var freeDisk: Int64
    var freeSharedMemory: Int64
    /// Nil when unknown.
    var isNetworkDisk: Bool?
    var folder: String
    var isFolderWritable: Bool
    var limits: Limits

    /// The sums over ranks that this rank saw.
    var sums: [SumCheck]

    /// The cores as `0-3,8`.
    var coreList: String {
        var parts: [ClosedRange<Int>] = []
        for core in allowedCores {
            if let last = parts.last, last.upperBound + 1 == core {
                parts[parts.count - 1] = last.lowerBound...core
            } else {
                parts.append(core...core)
            }
        }
        return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
