/// What the facts of all ranks mean: what is wrong, what is doubtful, and what to do about it.
struct Diagnosis: Equatable {
    /// Something a user can mend.
    struct Finding: Equatable {
        var text: String
        /// An imperative sentence.
        var remedy: String
    }

    /// What a run would fail or give wrong results with.
    private(set) var problems: [Finding] = []
    /// What a run would be slower or less repeatable with.
    private(set) var warnings: [Finding] = []

    init(_ ranks: [RankFacts]) {
        checkSums(ranks)
        checkPrograms(ranks)
        checkRoom(ranks)
        for host in Diagnosis.hosts(ranks) { checkCores(host) }
        checkBits(ranks)
        checkSettings(ranks)
    }

    /// The ranks of each host, hosts by their first rank.
    static func hosts(_ ranks: [RankFacts]) -> [[RankFacts]] {
        Dictionary(grouping: ranks, by: \.host).values.sorted { $0[0].rank < $1[0].rank }
    }

    private mutating func wrong(_ text: String, _ remedy: String) {
        problems.append(Finding(text: text, remedy: remedy))
    }

    private mutating func doubtful(_ text: String, _ remedy: String) {
        warnings.append(Finding(text: text, remedy: remedy))
    }

    // MARK: What breaks a run

    private mutating func checkSums(_ ranks: [RankFacts]) {
        for rank in ranks {
            for sum in rank.sums where sum.wrong > 0 {
                wrong(
                    "rank \(rank.rank) (\(rank.host)): \(sum.wrong) of \(sum.bytes / 4) sums over ranks are wrong",
                    "Unset OMPI_MCA_ variables, and start all ranks with the same Open MPI")
            }
        }
    }

    private mutating func checkPrograms(_ ranks: [RankFacts]) {
        if Set(ranks.map(\.mpi)).count > 1 {
            wrong(
                "ranks use different versions of MPI: \(groups(ranks) { $0.mpi ?? "none" })",
                "Install one version of Open MPI on every host")
        }
    }

    private mutating func checkRoom(_ ranks: [RankFacts]) {
        let least = 256 << 20
        for host in Diagnosis.hosts(ranks) {
            let free = host.map(\.freeMemory).min() ?? -1
            if free >= 0, free < least * host.count {
                wrong(
                    "\(host[0].host) has \(sizeText(free)) of memory left for \(host.count) ranks",
                    "End other programs, start fewer ranks there, or raise the memory limit of the container or job")
            }
            let shared = host.map(\.freeSharedMemory).min() ?? -1
            if host.count > 1, shared >= 0, shared < (16 << 20) * host.count {
                doubtful(
                    "\(host[0].host) has \(sizeText(shared)) of shared memory left (/dev/shm)",
                    "Start the container with --shm-size=1g")
            }
        }
        guard let first = ranks.first else { return }
        if first.freeDisk >= 0, first.freeDisk < least {
            wrong(
                "the disk of \(first.folder) has \(sizeText(first.freeDisk)) left, and rank 0 writes checkpoints",
                "Make room, or set `project` and `registry` to folders on another disk")
        }
        if let size = first.limits.fileSize, size < least {
            wrong("rank 0 may write files of \(sizeText(Int64(size))) at most", "Run `ulimit -f unlimited` before")
        }
        if !first.isFolderWritable {
            doubtful(
                "\(first.folder) cannot be written by rank 0", "Set `project` and `registry` to folders that can")
        }
        for rank in ranks {
            if let files = rank.limits.files, files < 128 {
                wrong("rank \(rank.rank) may open \(files) files at most", "Run `ulimit -n 1024` before")
            }
            if let space = rank.limits.addressSpace, space < 4 << 30 {
                doubtful(
                    "rank \(rank.rank) may use \(sizeText(Int64(space))) of address space at most",
                    "Run `ulimit -v unlimited` before")
            }
        }
    }

    // MARK: What slows a run down

    private mutating func checkCores(_ host: [RankFacts]) {
        let name = host[0].host
        for rank in host where rank.threads > rank.allowedCores.count {
            doubtful(
                "rank \(rank.rank) has \(rank.threads) threads and may run on \(rank.allowedCores.count) of the"
                    + " \(rank.hostCores) cores of \(name)",
                "Start with launch/local.sh, or mpirun --map-by slot:PE=\(rank.threads) --bind-to core, or"
                    + " --bind-to none; or set threads=\(rank.allowedCores.count)")
        }
        checkSharing(host)
        let threads = host.reduce(0) { $0 + $1.threads }
        let cores = Set(host.flatMap(\.allowedCores)).count
        if threads > cores {
            doubtful(
                "the \(host.count) ranks of \(name) have \(threads) threads for \(cores) core\(cores == 1 ? "" : "s")",
                "For speed start at most \(cores) ranks there, with threads=\(max(1, cores / host.count))")
        } else if host.allSatisfy({ $0.allowedCores.count == 1 && $0.mpi != nil }), cores < host[0].hostCores {
            doubtful(
                "mpirun bound each rank of \(name) to one core: \(cores) of \(host[0].hostCores) cores are used",
                "Start with launch/local.sh, or mpirun --map-by slot:PE=\(max(1, host[0].hostCores / host.count))"
                    + " --bind-to core, or --bind-to none")
        }
        if let quota = host.map(\.coreQuota).max(), quota > 0, Double(threads) > quota + 0.5 {
            doubtful(
                "\(name) grants \(quota) cores of CPU time to \(threads) threads",
                "Set threads=\(max(1, Int(quota) / host.count)), or raise the CPU limit of the container")
        }
    }

    private mutating func checkSharing(_ host: [RankFacts]) {
        for (place, rank) in host.enumerated() where rank.allowedCores.count < rank.hostCores {
            for other in host[..<place] where other.allowedCores.count < other.hostCores {
                let shared = Set(rank.allowedCores).intersection(other.allowedCores)
                // Ranks of one container or job all see its cores: that is sharing, not binding.
                if shared.isEmpty || rank.allowedCores == other.allowedCores && shared.count >= host.count { continue }
                doubtful(
                    "ranks \(other.rank) and \(rank.rank) are bound to the same core of \(rank.host)"
                        + " (\(shared.sorted().map(String.init).joined(separator: ",")))",
                    "Start one job at a time, or use mpirun --bind-to none")
            }
        }
    }

    // MARK: What makes a run hard to repeat

    private mutating func checkBits(_ ranks: [RankFacts]) {
        if Set(ranks.map(\.kernel)).count > 1 {
            doubtful(
                "OpenBLAS multiplies differently on these ranks: \(groups(ranks, by: \.kernel)); results can be repeated"
                    + " with the same placement only",
                "Set OPENBLAS_CORETYPE=Haswell on every host (mpirun -x OPENBLAS_CORETYPE=Haswell)")
        } else if Set(ranks.map(\.processor)).count > 1 {
            doubtful(
                "ranks run on different processors: \(groups(ranks, by: \.processor)); the slowest sets the pace",
                "Use hosts of one kind, or start fewer ranks on the slow ones")
        }
        if ranks.contains(where: { !$0.addsAsTree }) {
            doubtful(
                "MPI does not add ranks as a balanced tree here: results can be repeated with the same ranks only",
                "Unset OMPI_MCA_coll_ variables and settings of coll in openmpi-mca-params.conf")
        }
    }

    private mutating func checkSettings(_ ranks: [RankFacts]) {
        let variable = "OPENBLAS_NUM_THREADS"
        if ranks.count > 1, ranks.contains(where: { ($0.blasSettings[variable] ?? "") != "1" }) {
            doubtful(
                "\(variable) is \(groups(ranks) { $0.blasSettings[variable] ?? "not set" }): OpenBLAS starts threads that"
                    + " are never used",
                "Start with launch/local.sh, or run `. launch/env.sh` before mpirun and pass -x \(variable)")
        } else if let value = ranks[0].blasSettings[variable], value != "1" {
            doubtful("\(variable) is \(value): it has no effect", "Set `threads` in the recipe")
        }
    }
}

/// Ranks by a property: `Haswell (ranks 0, 1), Zen (rank 2)`; the property alone when all ranks share it.
func groups(_ ranks: [RankFacts], by property: (RankFacts) -> String) -> String {
    let byValue = Dictionary(grouping: ranks, by: property).sorted { $0.value[0].rank < $1.value[0].rank }
    if byValue.count == 1 { return byValue[0].key }
    return byValue.map { value, ranks in
        let numbers = ranks.prefix(16).map { "\($0.rank)" }.joined(separator: ", ")
        return "\(value) (\(ranks.count == 1 ? "rank" : "ranks") \(numbers)\(ranks.count > 16 ? ", …" : ""))"
    }.joined(separator: ", ")
}
