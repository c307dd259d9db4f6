import CHost
import Checkpoints
import Collectives
import Configuration
import Diagnostics
import Foundation
import Tensors

/// What this process may use of its host.
enum Machine {
    /// Compute threads: the recipe's, else this rank's part of the cores that it may run on, and of the CPU time that a
    /// container grants. All ranks call it.
    static func computeThreads(_ recipe: Recipe, ranks: any Communicator) throws -> Int {
        let sharers = try ranksOnTheSameCores(ranks)
        if recipe.threads > 0 { return recipe.threads }
        let part = Double(chost_allowed_cores()) / Double(sharers)
        let quota = chost_core_quota()
        return max(1, Int(quota > 0 ? min(part, quota / Double(ranks.local.size)) : part))
    }

    /// Ranks, this one included, that may run on some of this rank's cores; a launcher may have bound them apart, or some
    /// of them together.
    private static func ranksOnTheSameCores(_ ranks: any Communicator) throws -> Int {
        struct Place: Codable {
            var host: String
            var cores: Set<Int>
        }
        let mine = Place(host: HostName.own, cores: Set(allowedCores))
        let gathered = try ranks.gather(Array(try JSONEncoder().encode(mine))) ?? []
        let list = try gathered.map { try JSONDecoder().decode(Place.self, from: Data($0)) }
        let all = try JSONDecoder().decode(
            [Place].self, from: Data(try ranks.broadcast(Array(try JSONEncoder().encode(list)))))
        return max(all.count { $0.host == mine.host && !$0.cores.isDisjoint(with: mine.cores) }, 1)
    }

    /// Prepares threads and matrix products; once, before any computation.
    static func start(_ recipe: Recipe, ranks: any Communicator) throws {
        startMatrixProducts()
        Threads.count = try computeThreads(recipe, ranks: ranks)
    }

    /// Bytes that this rank may give to tapes: half of its share of what is free, the rest being for everything else.
    static func tapeMemory(ranks: any Communicator) -> Int {
        let free = Int(chost_available_bytes())
        return free < 0 ? .max : free / ranks.local.size / 2
    }

    /// Digest of this program: ranks that run different builds compute different things.
    static var program: String {
        let bytes = try? Data(contentsOf: URL(filePath: "/proc/self/exe"), options: .alwaysMapped)
        return bytes.map { $0.withUnsafeBytes { "\(Digest($0))" } } ?? "unknown"
    }

    /// Numbers of the cores that this process may run on.
    static var allowedCores: [Int] {
        var cores = [Int32](repeating: 0, count: 8192)
        let count = Int(chost_allowed_core_list(&cores, Int32(cores.count)))
        return cores.prefix(count).map { Int($0) }
    }

    /// For commands that have the host to themselves.
    static func useAllCores() { Threads.count = Int(chost_allowed_cores()) }
}
