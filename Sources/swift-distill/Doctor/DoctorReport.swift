import Diagnostics
import Foundation

/// All that `doctor` says.
struct DoctorReport {
    let ranks: [RankFacts]
    let diagnosis: Diagnosis
    let version: String

    /// Lines without a trailing newline.
    var text: String {
        let parts = ["swift-distill \(version) on \(counted(ranks.count, "rank"))", places, shared, sums, findings]
        return parts.joined(separator: "\n\n")
    }

    private var places: String {
        var table = TextTable(
            ["rank", "host", "pid", "cores allowed", "physical", "threads", "memory left", "disk left"])
        for rank in ranks {
            let disk = rank.isNetworkDisk.map { $0 ? " network" : " local" } ?? ""
            table.add([
                "\(rank.rank)", rank.host, "\(rank.process)",
                "\(rank.coreList) (\(rank.allowedCores.count) of \(rank.hostCores))", "\(rank.physicalCores)",
                "\(rank.threads)", sizeText(rank.freeMemory), sizeText(rank.freeDisk) + disk,
            ])
        }
        return table.description
    }

    /// What ranks have in common, as long as they do.
    private var shared: String {
        var table: [(String, String)] = [
            ("processor", groups(ranks, by: \.processor)),
            ("features", groups(ranks) { $0.features.joined(separator: " ") }),
            ("BLAS kernel", groups(ranks, by: \.kernel)),
            ("BLAS settings", groups(ranks, by: settings)),
            ("CPU quota", groups(ranks) { $0.coreQuota > 0 ? "\($0.coreQuota) cores" : "none" }),
            ("MPI", groups(ranks) { $0.mpi ?? "not used: alone" }),
        ]
        if ranks.contains(where: { $0.mpi != nil }) {
            table.append(("thread level", groups(ranks) { $0.threadLevel ?? "none" }))
            table.append(
                ("order of sums", groups(ranks) { $0.addsAsTree ? "balanced tree" : "not a balanced tree" }))
            table.append(("shared memory", groups(ranks) { "\(sizeText($0.freeSharedMemory)) left" }))
        }
        table.append(("limits", groups(ranks, by: limits)))
        table.append(("libraries", groups(ranks) { $0.libraries.joined(separator: " ") }))
        table.append(("this program", groups(ranks, by: \.program)))
        table.append(("working folder", groups(ranks, by: \.folder)))
        return table.map { name, value in
            name + String(repeating: " ", count: 16 - name.count) + value.printable()
        }.joined(separator: "\n")
    }

    private func settings(_ rank: RankFacts) -> String {
        let texts = rank.blasSettings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return texts.isEmpty ? "none" : texts.joined(separator: " ")
    }

    private func limits(_ rank: RankFacts) -> String {
        let size = rank.limits.fileSize.map { sizeText(Int64($0)) } ?? "any size"
        let space = rank.limits.addressSpace.map { sizeText(Int64($0)) } ?? "unlimited"
        let files = rank.limits.files.map { "\($0)" } ?? "any number of"
        return "\(files) open files, files of \(size), \(space) address space"
    }

    private var sums: String {
        var table = TextTable(["all-reduce", "median", "slowest rank", "checked"])
        for place in ranks[0].sums.indices {
            let all = ranks.map { $0.sums[place] }
            let slowest = all.indices.max { all[$0].seconds < all[$1].seconds } ?? 0
            let wrong = all.reduce(0) { $0 + $1.wrong }
            table.add([
                sizeText(Int64(all[0].bytes)), String(format: "%.3f ms", 1e3 * all[slowest].seconds), "\(slowest)",
                wrong == 0 ? "right" : "WRONG",
            ])
        }
        return table.description
    }

    private var findings: String {
        let problems = diagnosis.problems.map { "problem: \($0.text). \($0.remedy)." }
        let warnings = diagnosis.warnings.map { "warning: \($0.text). \($0.remedy)." }
        let end =
            switch (problems.count, warnings.count) {
            case (0, 0): "All is well."
            case (0, let count): "No problems, \(counted(count, "warning"))."
            case (let count, _): "\(counted(count, "problem")): a run would fail or be wrong here."
            }
        return (problems + warnings + [end]).map { $0.printable() }.joined(separator: "\n")
    }
}
